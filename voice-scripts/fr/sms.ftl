# Les textos que la ligne envoie. Un seul message chacun : 160 signes de l'alphabet GSM (F-31).
# .reponse = oui   si le message attend une réponse

# À qui nous n'avons pas pu joindre (F-46), une fois : ni nom, ni besoin.
r-tentative = CCAS de { $ville } : nous avons essayé de vous joindre. Nous rappelons { $promesse_jour ->
        [inconnu] dès que possible
        [aujourdhui] aujourd'hui
        [demain] { $promesse_moment ->
            [matin] demain matin
           *[apres_midi] demain après-midi
        }
       *[jour] { $promesse_jour } { $promesse_moment ->
            [matin] matin
           *[apres_midi] après-midi
        }
    }. Ou appelez le { $tel } (gratuit).

# À l'astreinte : ni nom, ni rue, ni santé.
a-alerte = CCAS de { $ville } : un rappel urgent attend. Un appel va suivre : tapez 1 pour vous en charger, ou ouvrez la file des rappels.

# Aux superviseurs : rien de ce qui a été dit.
a-signalement = CCAS de { $ville } : un signalement vous attend dans la console.

# À qui a écrit STOP : un seul message, puis plus rien. Le premier à un bénévole, le second à qui nous avions écrit.
v-stop = C'est fait : vous ne recevrez plus nos demandes. Merci pour votre aide. Pour revenir un jour : { $tel } (gratuit).
r-stop = CCAS de { $ville } : c'est noté, vous ne recevrez plus de messages. Vos demandes restent chez nous. Pour nous parler : { $tel } (gratuit).

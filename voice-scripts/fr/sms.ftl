# Les textos que la ligne envoie. Un seul message chacun : 160 signes de l'alphabet GSM (F-31).
# .reponse = oui   si le message attend une réponse

# À l'astreinte : ni nom, ni rue, ni santé.
a-alerte = CCAS de { $ville } : un rappel urgent attend. Un appel va suivre : tapez 1 pour vous en charger, ou ouvrez la file des rappels.

# Aux superviseurs : rien de ce qui a été dit.
a-signalement = CCAS de { $ville } : un signalement vous attend dans la console.

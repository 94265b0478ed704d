# Ce que la ligne dit, en français.
#
# Une phrase courte, une idée ; douze mots au plus (F-15). « But, puis touche » (F-11).
# .court        la question en plus court, après un silence ou une erreur (F-17)
# .tiers        la même question quand on appelle pour une autre personne (F-21)
# DIGITS($x)    chiffre par chiffre ; PAIRS($x) un numéro de téléphone, deux par deux (F-16)
niveau = complet

## Accueil

accueil-bonjour = Bonjour. Ici l'entraide entre voisins du C C A S de { $ville }. { $ouvert ->
        [oui] Appel gratuit.
       *[non] {""}
    }
accueil-urgence = En danger ? Raccrochez et faites le 15 ou le 112.
accueil-ferme = { $ferie ->
        [oui] Jour férié. { nous-rouvrons }
       *[non] { nous-rouvrons }
    }
nous-rouvrons = { $ouverture_jour ->
        [inconnu] Nos bureaux sont fermés.
       *[autre] Nous rouvrons { ouverture }.
    }
accueil-annonce = { $annonce }
crise-affluence = Beaucoup d'appels. Nous rappelons tout le monde.
langue-bonjour = Bonjour. En danger, raccrochez et faites le 15 ou le 112.
accueil-donnees = Vos réponses restent confidentielles. En savoir plus, 6.
donnees-plus-1 = Le C C A S de { $ville } est responsable de ces informations. Ses agents et son prestataire téléphonique les traitent. Un voisin reçoit seulement ce qu'il faut pour vous aider, si vous êtes d'accord.
donnees-plus-2 = Les messages sont effacés au plus tard { $jours } jours après la fin de votre demande. Vous pouvez voir, corriger ou effacer vos informations. Pour cela, tapez 0, ou écrivez au C C A S.
message-avant = Le message sera enregistré. Une personne, 0.

## Menus

menu-principal = Pour des courses, tapez 1. Papier à imprimer, 2. Garde d'enfant, 3. Visite ou autre chose, 4. Une personne, 0.
    .court = Courses, 1. Papier, 2. Garde d'enfant, 3. Autre chose, 4. Une personne, 0.
menu-autre = Pour une visite ou un appel amical, tapez 1. Pour une demande déjà faite, tapez 2. Pour aider vos voisins, ou recevoir le kit, tapez 3. Pour autre chose, tapez 4. Une personne, 0.
    .court = Une visite, 1. Une demande déjà faite, 2. Aider, ou le kit, 3. Autre chose, 4. Une personne, 0.
menu-aider = Pour proposer votre aide, tapez 1. Pour recevoir le kit des voisins, tapez 2. Une personne, 0.
    .court = Proposer votre aide, 1. Recevoir le kit, 2. Une personne, 0.
menu-pour-qui = Pour vous, tapez 1. Pour une autre personne, 2.
    .court = Pour vous, 1. Pour une autre personne, 2.
menu-tiers = Merci de penser à cette personne. Est-elle d'accord pour être aidée ? Oui, tapez 1. Non, ou vous ne savez pas, tapez 2.
    .court = Cette personne est-elle d'accord ? Oui, 1. Non, ou vous ne savez pas, 2.
tiers-explique = Les questions suivantes concernent cette personne. Nous l'appellerons avant d'envoyer un voisin.
tiers-telephone = Tapez les dix chiffres de son téléphone. Si vous ne les avez pas, tapez dièse, en bas à droite.
    .court = Tapez les dix chiffres de son téléphone. Sinon, dièse, en bas à droite, ou attendez.
tiers-telephone-relu = Son téléphone est le { PAIRS($tiers_numero) }. C'est juste, tapez 1. Recommencer, tapez 2.
    .court = C'est juste, 1. Recommencer, 2.

## Courses

courses-type = Nourriture, tapez 1. Médicaments, 2. Les deux, 3.
    .court = Nourriture, 1. Médicaments, 2. Les deux, 3.
courses-manque = Avez-vous à manger et vos médicaments aujourd'hui ? Oui, 1. Non, 2.
    .court = À manger et vos médicaments aujourd'hui ? Oui, 1. Non, 2.
    .tiers = Cette personne a-t-elle à manger et ses médicaments aujourd'hui ? Oui, 1. Non, 2.
    .court-tiers = À manger et ses médicaments aujourd'hui ? Oui, 1. Non, 2.
courses-quand = Pour aujourd'hui, tapez 1. Demain, 2. Cette semaine, 3.
    .court = Aujourd'hui, 1. Demain, 2. Cette semaine, 3.
courses-liste = Après le bip, dites ce qu'il vous faut, puis dièse, ou attendez.
    .court = Après le bip, dites ce qu'il vous faut.
    .tiers = Après le bip, dites ce qu'il faut à cette personne, puis dièse, ou attendez.
    .court-tiers = Après le bip, dites ce qu'il lui faut.
courses-argent = Vous remboursez les achats sur ticket, jamais par carte bancaire.
    .tiers = Cette personne rembourse les achats sur ticket, jamais par carte bancaire.
courses-ordonnance = Gardez l'ordonnance : le voisin ira à la pharmacie.
    .tiers = Cette personne garde l'ordonnance : le voisin ira à la pharmacie.

## Papier à imprimer

papier-type = Une attestation de sortie, tapez 1. Un autre papier, tapez 2.
    .court = Attestation de sortie, 1. Autre papier, 2.
papier-nombre = Combien de feuilles voulez-vous ? Tapez un chiffre, de 1 à 9.
    .court = Tapez le nombre de feuilles, de 1 à 9.
    .tiers = Combien de feuilles faut-il à cette personne ? Tapez un chiffre, de 1 à 9.
    .court-tiers = Tapez le nombre de feuilles, de 1 à 9.
papier-taille = En gros caractères, tapez 1. En caractères normaux, tapez 2.
    .court = Gros caractères, 1. Caractères normaux, 2.
papier-explique = Nous imprimons des feuilles à remplir au stylo. Un voisin les glisse dans votre boîte aux lettres, sans entrer chez vous.
    .tiers = Nous imprimons des feuilles à remplir au stylo. Un voisin les glisse dans la boîte aux lettres de cette personne, sans entrer chez elle.
papier-autre = Après le bip, dites quel papier il vous faut, et pour quelle administration. Ne dites pas votre numéro de Sécurité sociale.
    .court = Après le bip, dites quel papier il vous faut.
    .tiers = Après le bip, dites quel papier il faut à cette personne, et pour quelle administration. Ne dites pas son numéro de Sécurité sociale.
    .court-tiers = Après le bip, dites quel papier il faut à cette personne.

## Garde d'enfant

enfant-quand = Pour aujourd'hui, tapez 1. Pour demain, tapez 2. Un autre jour, tapez 3.
    .court = Aujourd'hui, 1. Demain, 2. Un autre jour, 3.
enfant-moment = Le matin, tapez 1. L'après-midi, tapez 2. Toute la journée, tapez 3. Le soir, tapez 4.
    .court = Le matin, 1. L'après-midi, 2. La journée, 3. Le soir, 4.
enfant-combien = Combien d'enfants ? Tapez un chiffre.
    .court = Tapez le nombre d'enfants.
enfant-age = Le plus jeune a moins de trois ans : tapez 1. Trois ans ou plus : tapez 2.
    .court = Moins de trois ans, 1. Trois ans ou plus, 2.
enfant-securite = Pour la sécurité des enfants, un agent vous rappelle toujours avant de vous présenter un voisin.
    .tiers = Pour la sécurité des enfants, un agent appelle toujours cette personne avant de lui présenter un voisin.
enfant-seul = Un enfant est-il seul en ce moment ? Oui, tapez 1. Non, tapez 2.
    .court = Un enfant est-il seul ? Oui, 1. Non, 2.

## Visite, solitude, inquiétude

visite-type = Pour un appel amical, tapez 1. Pour une visite, tapez 2. Si une personne vous inquiète, tapez 3.
    .court = Appel amical, 1. Visite, 2. Une personne vous inquiète, 3.
visite-seul = Quelqu'un vit-il avec vous ? Oui, tapez 1. Non, tapez 2.
    .court = Quelqu'un vit-il avec vous ? Oui, 1. Non, 2.
    .tiers = Quelqu'un vit-il avec cette personne ? Oui, tapez 1. Non, tapez 2.
    .court-tiers = Quelqu'un vit-il avec elle ? Oui, 1. Non, 2.
visite-veille = Voulez-vous que nous prenions de vos nouvelles régulièrement ? Oui, tapez 1. Non, tapez 2.
    .court = Prendre de vos nouvelles régulièrement ? Oui, 1. Non, 2.
    .tiers = Faut-il prendre régulièrement des nouvelles de cette personne ? Oui, tapez 1. Non, tapez 2.
    .court-tiers = Prendre régulièrement de ses nouvelles ? Oui, 1. Non, 2.
visite-inquiet = Si cette personne ne répond plus et que vous craignez un accident, raccrochez et faites le 18 ou le 112. Sinon, restez en ligne, un agent va s'en occuper.
visite-message = Après le bip, dites ce qui vous inquiète. Ensuite, appuyez sur dièse, ou attendez.
    .court = Après le bip, dites ce qui vous inquiète.

## Autre chose

autre-message = Après le bip, dites-nous simplement ce qui vous arrive. Prenez votre temps. Ensuite, appuyez sur dièse, ou attendez.
    .court = Après le bip, dites ce qui vous arrive.
    .tiers = Après le bip, dites-nous simplement ce qui arrive à cette personne. Prenez votre temps. Ensuite, appuyez sur dièse, ou attendez.
    .court-tiers = Après le bip, dites ce qui arrive à cette personne.
autre-merci = Merci, votre message est gardé.
benevolat-message = Merci de proposer votre aide. Après le bip, dites ce que vous aimeriez faire, et quand. Ensuite, appuyez sur dièse, ou attendez.
    .court = Après le bip, dites ce que vous aimeriez faire.

## Lieu

adresse-code-postal = Tapez votre code postal, ou seulement dièse.
    .court = Tapez votre code postal, ou seulement dièse, en bas à droite.
    .tiers = Tapez le code postal de cette personne, ou seulement dièse.
    .court-tiers = Tapez son code postal, ou seulement dièse, en bas à droite.
adresse-code-relu = J'ai compris { DIGITS($code_postal) }. C'est juste, tapez 1. Ce n'est pas juste, tapez 2.
    .court = C'est juste, 1. Ce n'est pas juste, 2.
adresse-hors-zone = Ce code postal n'est pas dans notre secteur. Un agent va vous orienter.
adresse-quartier = Dans quel quartier habitez-vous ? Après le bip, dites son nom, ou tapez 2 si vous ne savez pas.
    .court = Après le bip, dites le nom de votre quartier, ou tapez 2.
    .tiers = Dans quel quartier habite cette personne ? Après le bip, dites son nom, ou tapez 2 si vous ne savez pas.
    .court-tiers = Après le bip, dites le nom de son quartier, ou tapez 2.
adresse-rue = Après le bip, dites votre adresse, sans le code de porte.
    .court = Après le bip, dites votre numéro et votre rue.
    .tiers = Après le bip, dites l'adresse de cette personne, sans le code de porte.
    .court-tiers = Après le bip, dites son numéro et sa rue.
nom-dire = Après le bip, dites votre prénom et votre nom.
    .tiers = Après le bip, dites le prénom et le nom de cette personne.

## Numéro où rappeler

rappel-meme = Vous rappeler au { PAIRS($numero) } ? Oui, tapez 1. Un autre numéro, 2.
    .court = Ce numéro vous convient, 1. Un autre numéro, 2.
rappel-autre = Tapez les dix chiffres du téléphone où vous rappeler.
rappel-masque = { $masque ->
        [oui] Votre numéro est caché.
       *[non] {""}
    } Tapez les dix chiffres du téléphone où vous rappeler.
    .court = Tapez les dix chiffres du téléphone où vous rappeler.
rappel-relu = Je répète : { PAIRS($contact) }. C'est juste, tapez 1. Recommencer, tapez 2.
    .court = C'est juste, 1. Recommencer, 2.
rappel-le-sien = Nous gardons le numéro de cet appel : { PAIRS($numero) }.
rappel-invalide = Ce numéro ne convient pas. Un numéro a dix chiffres. Essayons encore.
rappel-sans-numero = Ce n'est pas grave. Restez en ligne, ou rappelez-nous quand vous voulez, c'est gratuit.
rappel-moment = Pour vous rappeler : le matin, tapez 1. L'après-midi, tapez 2. N'importe quand, tapez 3.
    .court = Le matin, 1. L'après-midi, 2. N'importe quand, 3.

## Accord, résumé, fin

accord-voisin = Un seul voisin recevra votre prénom, votre adresse et votre message. D'accord, 1. Non, 2.
    .court = Donner vos coordonnées à un seul voisin ? Oui, 1. Non, 2.
resume = Je résume : { resume-pour-qui }{ $besoin }{ $quand ->
        [aujourdhui] , pour aujourd'hui
        [demain] , pour demain
        [semaine] , cette semaine
        [autre_jour] , un autre jour
       *[autre] {""}
    }{ $code_postal_juste ->
        [oui] , code postal { DIGITS($code_postal) }
       *[autre] {""}
    }{ $contact_choisi ->
        [autre] , téléphone { PAIRS($contact) }
       *[oui] {""}
    }. C'est juste, tapez 1. Changer, 2.
    .court = C'est juste, 1. Changer, 2.
resume-pour-qui = { $categorie ->
        [inquietude] {""}
       *[autre] { $pour ->
            [autre] pour une autre personne,
           *[moi] {""}
        }
    } {""}
changer = Pour changer la demande, tapez 1. L'adresse, tapez 2. Le téléphone, tapez 3. Autre chose, tapez 4. Une personne, 0.
    .court = La demande, 1. L'adresse, 2. Le téléphone, 3. Autre chose, 4. Une personne, 0.
fin-numero = C'est enregistré. Demande numéro : { DIGITS($ref) }. Je répète : { DIGITS($ref) }.
fin-promesse = Un voisin ou un agent vous rappelle { promesse }. { prefixe-dit }
fin-promesse-agent = Un agent du C C A S vous rappelle { promesse }. { prefixe-dit }
prefixe-dit = { $prefixe ->
        [inconnu] {""}
       *[autre] Son numéro commencera par { PAIRS($prefixe) }.
    }
fin-sans-numero = Sans téléphone, nous ne pouvons pas vous rappeler. Rappelez-nous avec votre numéro de demande, c'est gratuit.
rappel-impossible = Sans numéro, nous ne pouvons pas vous rappeler. Cet appel est toujours gratuit.
fin-securite = Ne donnez jamais d'argent, de carte ni de code par téléphone.
fin-aggravation = Si vous allez mal, faites le 15. Rappelez-nous quand vous voulez.
fin-aggravation-simple = Si vous allez mal, faites le 15.
fin-au-revoir = Vous avez bien fait d'appeler. Vous n'avez rien d'autre à faire. Au revoir, vous pouvez raccrocher.
fin-au-revoir-simple = Vous avez bien fait d'appeler. Au revoir, vous pouvez raccrocher.

besoin-personne = Parler à une personne
besoin-danger-courses = Une personne n'a pas à manger, ou pas ses médicaments, aujourd'hui
besoin-danger-enfant = Un enfant est seul
besoin-courses = { $courses_type ->
        [medicaments] Des médicaments
        [les_deux] Courses et médicaments
       *[nourriture] Des courses
    }
besoin-papier = { $papier_type ->
        [attestation] Une attestation de sortie
       *[autre] Un papier à imprimer
    }
besoin-enfant = La garde d'un enfant
besoin-visite = { $visite_type ->
        [appel] Un appel amical
        [visite] Une visite
       *[autre] Une visite ou un appel
    }
besoin-inquietude = Une personne qui vous inquiète
besoin-autre = Votre message
besoin-benevolat = Votre offre d'aide
besoin-kit = Le kit des voisins

## Plan d'appel (F-23)

plan-bloque = Nous ne pouvons pas prendre cet appel. En danger, faites le 15 ou le 112. Au revoir.
plan-creneau = Un agent vous répond { ouverture }. Appelez-nous à ce moment-là.
plan-danger = Si quelqu'un est en danger, tapez 1. Sinon, vous pouvez raccrocher.
    .court = Si quelqu'un est en danger, tapez 1.
plan-fin = À bientôt. Au revoir.

## Demande déjà faite

suivi-numero = Tapez les six chiffres de votre numéro de demande. Si vous ne l'avez pas, tapez dièse, en bas à droite.
    .court = Tapez les six chiffres. Sinon, dièse, en bas à droite, ou attendez.
suivi-inconnu = Je ne trouve pas ce numéro. Essayons encore.
suivi-agent = Ce n'est pas grave. Un agent va rappeler le numéro donné dans la demande.
suivi-menu = Merci de nous rappeler. { $etat ->
        [recherche] Nous cherchons un voisin près de chez vous.
        [trouve] Un voisin a dit oui. Il doit vous appeler.
       *[attente] Un agent va vous rappeler { promesse }.
    } Pour ajouter quelque chose, tapez 1. Pour annuler, tapez 2. Pour parler à une personne, tapez 0.
    .court = Ajouter quelque chose, 1. Annuler, 2. Une personne, 0.
suivi-menu-fini = Merci de nous rappeler. { $etat ->
        [annulee] Cette demande est annulée.
       *[terminee] Cette demande est terminée.
    } Pour ajouter quelque chose, tapez 1. Pour parler à une personne, tapez 0.
    .court = Ajouter quelque chose, 1. Une personne, 0.
suivi-ajout = Après le bip, dites ce que vous voulez ajouter. Ensuite, appuyez sur dièse, ou attendez.
    .court = Après le bip, dites ce que vous voulez ajouter.
suivi-annuler = Vous voulez annuler cette demande. Oui, tapez 1. Non, tapez 2.
    .court = Annuler : oui, 1. Non, 2.
suivi-annule = C'est noté. Votre demande est annulée.
suivi-sans-numero = Sans ce numéro, laissez-nous un message. Après le bip, dites votre nom et votre demande. Ensuite, appuyez sur dièse, ou attendez.
    .court = Après le bip, dites votre nom et votre demande.

## Silence, erreur, répétition

silence-1 = Ce n'est pas grave.
silence-2 = Prenez votre temps. Si c'est difficile d'appuyer, ne faites rien : une personne va s'en occuper.
silence-fin = Un agent vous rappelle à ce numéro, { promesse }. Vous pouvez raccrocher. Au revoir.
silence-sans-numero = { $masque ->
        [oui] Votre numéro est caché, nous ne pouvons pas vous rappeler.
       *[non] Nous ne pouvons pas appeler votre numéro.
    } Rappelez-nous quand vous voulez, c'est gratuit. En danger, faites le 15 ou le 112.
touche-1 = Cette touche ne correspond à aucun choix.
chiffres-patience = Prenez votre temps.
chiffres-1 = Il manque un chiffre, ou il y en a un de trop.
touche-2 = Essayons autrement. Pour réécouter, tapez étoile, en bas à gauche. Pour parler à une personne, tapez 0, ou attendez.
trop-long = Cet appel dure depuis un quart d'heure. Ce que vous avez dit est gardé.
ecoute-repete = Je répète.
ecoute-continue = Continuez, je vous écoute.
message-vide = Je n'ai pas entendu votre message. Parlez après le bip, un peu plus fort.

## Panne : dites sans la base de données

panne = Nous avons un petit souci technique. Votre appel est noté. Un agent va vous rappeler. En cas de danger, faites le 15 ou le 112.
panne-sans-numero = Nous avons un souci technique et n'avons pas pu noter votre appel. Rappelez-nous plus tard, c'est gratuit. En cas de danger, faites le 15 ou le 112.
ligne-inconnue = Ce numéro n'est pas en service pour le moment. En cas de danger, faites le 15 ou le 112.

## Une personne, l'attente, la nuit

attente-passe = Je vous passe une personne. Restez en ligne.
attente-encore = Un instant, s'il vous plaît. Nous essayons encore.
attente-debut = Je cherche une personne pour vous. { $avant_vous ->
        [0] C'est bientôt à vous.
        [one] Il y a un appel avant vous.
       *[other] Il y a { $avant_vous } appels avant vous.
    } Environ { $minutes ->
        [one] une minute
       *[other] { $minutes } minutes
    }.
attente-suite = { $tour ->
        [0] Vous êtes toujours en ligne. Merci de patienter.
        [1] Nous ne vous oublions pas. Merci de patienter.
       *[autre] Restez bien en ligne. Merci de patienter.
    }
attente-rappel = Si vous préférez être rappelé, tapez 1. Vous gardez votre place. Sinon, restez en ligne.
    .court = Être rappelé, 1. Sinon, restez en ligne.
attente-rappel-redit = { $tour ->
        [0] { attente-rappel }
       *[autre] Être rappelé, tapez 1.
    }
attente-pris = C'est noté, vous gardez votre place.
personne-absente = Personne ne peut vous répondre tout de suite.
ferme-nuit = Vous pouvez laisser votre demande maintenant. Nous l'écouterons à l'ouverture.
ferme-horaires = { $horaires_de ->
        [inconnu] Nos agents ne sont pas là.
       *[autre] Nos agents sont là { horaires }.
    } { $ouverture_jour ->
        [inconnu] {""}
       *[autre] Ils reviennent { ouverture }.
    } En danger, faites le 15 ou le 112.
ferme-ecoute = Si vous avez des idées noires, le 31 14 répond jour et nuit, c'est gratuit.
danger-conseil = Nos bureaux sont fermés. En danger, raccrochez et faites le 17 ou le 112. Sinon, restez en ligne.
danger-enfant = Nos bureaux sont fermés. Si un enfant est en danger, faites le 119 ou le 112. Sinon, restez en ligne.
danger-secours = En danger, raccrochez et faites le 17 ou le 112.
danger-secours-enfant = Si l'enfant est en danger, raccrochez et faites le 119 ou le 112.
danger-seul = { $ouvert ->
        [oui] {""}
       *[non] Nos bureaux sont fermés.
    } Personne ne peut vous répondre tout de suite. En danger, raccrochez et faites le 17 ou le 112 maintenant.
danger-seul-enfant = { $ouvert ->
        [oui] {""}
       *[non] Nos bureaux sont fermés.
    } Personne ne peut vous répondre tout de suite. Si un enfant est en danger, raccrochez et faites le 119 ou le 112 maintenant.
danger-plus-tard = Votre appel est urgent pour nous. Un agent vous rappelle { promesse }. Gardez votre téléphone près de vous.
danger-dire = Après le bip, dites votre numéro de téléphone et votre adresse. Ensuite, appuyez sur dièse, ou attendez.
    .court = Après le bip, dites votre numéro de téléphone et votre adresse.
danger-dit = Merci, votre message est gardé. { $astreinte ->
        [oui] Un agent va l'écouter très vite.
       *[non] Un agent l'écoutera { promesse }.
    } En danger, faites le 17 ou le 112.
danger-promis = Votre appel est urgent pour nous. Un agent va vous rappeler très vite. Gardez votre téléphone près de vous.

## Au téléphone du bureau et de l'astreinte

bureau-appel = { $urgent ->
        [oui] Appel urgent
       *[non] Appel
    } de la ligne d'entraide. { $besoin }. { $langue ->
        [en] La personne parle anglais.
        [es] La personne parle espagnol.
        [ar] La personne parle arabe.
       *[fr] { "" }
    } Pour prendre l'appel, tapez 1.
bureau-pris = Vous êtes en ligne.
alerte-appel = Alerte de la ligne d'entraide. Une personne en danger attend un rappel. Pour vous en charger, tapez 1. Si vous l'avez déjà jointe, tapez 2.
alerte-pris = Merci. Le rappel est à vous. { $joignable ->
        [oui] Le numéro de la personne est le { PAIRS($numero) }. Je répète : { PAIRS($numero) }.
       *[non] La personne n'a pas donné de numéro. Ce qu'elle a dit est dans la file des rappels.
    }
alerte-faite = Merci, c'est noté. Bonne journée.
rappel-agent = { $ref ->
        [aucune] Rappel d'une personne.
       *[autre] Rappel de la demande { DIGITS($ref) }.
    } { $besoin }. { $langue ->
        [en] La personne parle anglais.
        [es] La personne parle espagnol.
        [ar] La personne parle arabe.
       *[fr] { "" }
    } Pour appeler la personne, tapez 1.
rappel-lance = Nous appelons la personne.
rappel-fini = { $fin ->
        [occupe] La ligne est occupée.
        [sonne] Personne ne répond.
        [faux] L'opérateur ne connaît pas ce numéro.
        [echec] L'appel n'a pas abouti.
       *[joint] L'appel est fini.
    } Notez la suite dans la file des rappels. Au revoir.

## Morceaux de phrases

promesse = { $promesse_jour ->
        [aujourdhui] { $promesse_moment ->
            [matin] ce matin
           *[apres_midi] cet après-midi
        }
        [demain] demain { promesse-moment }
        [inconnu] dès que possible
       *[autre] { $promesse_jour }{ promesse-date } { promesse-moment }
    }
promesse-date = { $promesse_date ->
        [0] {""}
        [1] {" "}1er { $promesse_mois }
       *[other] {" "}{ $promesse_date } { $promesse_mois }
    }
promesse-moment = { $promesse_moment ->
        [matin] matin
       *[apres_midi] après-midi
    }
ouverture = { $ouverture_jour ->
        [inconnu] dès que possible
        [aujourdhui] aujourd'hui à { ouverture-heure }
        [demain] demain à { ouverture-heure }
       *[autre] { $ouverture_jour }{ ouverture-date } à { ouverture-heure }
    }
ouverture-date = { $ouverture_date ->
        [0] {""}
        [1] {" "}1er { $ouverture_mois }
       *[other] {" "}{ $ouverture_date } { $ouverture_mois }
    }
ouverture-heure = { $ouverture_heure } heures { $ouverture_minute ->
        [0] {""}
       *[autre] { $ouverture_minute }
    }
horaires = { $horaires_de ->
        [inconnu] aux heures d'ouverture
       *[autre] du { $horaires_de } au { $horaires_a }, de { $horaires_h1 } heures { $horaires_m1 ->
            [0] {""}
           *[autre] { $horaires_m1 }
        } à { $horaires_h2 } heures { $horaires_m2 ->
            [0] {""}
           *[autre] { $horaires_m2 }
        }
    }

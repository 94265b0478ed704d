# What the line says, in British English. See fr/voice.ftl: same phrases, same forms.
#
# Week days arrive in French: the pieces at the end turn them into English.
niveau = complet

## Welcome

accueil-bonjour = Hello. This is the neighbours' help line of the { $ville } council. { $ouvert ->
        [oui] This call is free.
       *[non] {""}
    }
accueil-urgence = In danger? Hang up and dial 15 or 112.
accueil-ferme = { $ferie ->
        [oui] Today is a public holiday. { nous-rouvrons }
       *[non] { nous-rouvrons }
    }
nous-rouvrons = { $ouverture_jour ->
        [inconnu] Our offices are closed.
       *[autre] Our staff are back { ouverture }.
    }
crise-affluence = Many people are calling. We call everybody back.
langue-proposee = For English, press 7.
langue-bonjour = Hello. In danger, hang up and dial 15 or 112.
accueil-donnees = Your answers stay confidential. To know more, press 6.
donnees-plus-1 = The social services of { $ville } are responsible for this information. Their staff and their telephone company handle it. A neighbour receives only what is needed to help you, if you agree.
donnees-plus-2 = Messages are erased at most { $jours } days after your request is closed. You may see, correct or erase your information. For this, press 0, or write to the C C A S.
message-avant = Your message will be recorded. For a person, press 0.

## Menus

menu-principal = For shopping or medicine, press 1. To print a form, press 2. For childcare, press 3. For a visit or something else, press 4. For a person, press 0.
    .court = Shopping, 1. Print a form, 2. Childcare, 3. Something else, 4. A person, 0.
menu-autre = For a visit or a friendly call, press 1. For a request already made, press 2. To help your neighbours, or get the kit, press 3. For something else, press 4. A person, 0.
    .court = A visit, 1. A request already made, 2. To help, or the kit, 3. Something else, 4. A person, 0.
menu-aider = To offer your help, press 1. To receive the neighbours' kit, press 2. A person, 0.
    .court = Offer your help, 1. Receive the kit, 2. A person, 0.
menu-pour-qui = For yourself, press 1. For another person, press 2.
    .court = For yourself, 1. For another person, 2.
menu-tiers = Thank you for thinking of this person. Do they agree to be helped? Yes, press 1. No, or you don't know, press 2.
    .court = Does this person agree? Yes, 1. No, or you don't know, 2.
tiers-explique = The next questions are about this person. We will call them before sending a neighbour.
tiers-telephone = Type the ten digits of their telephone. If you don't have them, press the hash key, at the bottom right.
    .court = Type the ten digits of their telephone. Otherwise, the hash key, at the bottom right, or wait.
tiers-telephone-relu = Their telephone is { PAIRS($tiers_numero) }. That's right, press 1. Start again, press 2.
    .court = That's right, 1. Start again, 2.

## Shopping

courses-type = For food, press 1. For medicine, press 2. For both, press 3.
    .court = Food, 1. Medicine, 2. Both, 3.
courses-manque = Do you have food and your medicine for today? Yes, press 1. No, press 2.
    .court = Food and your medicine for today? Yes, 1. No, 2.
    .tiers = Does this person have food and their medicine for today? Yes, press 1. No, press 2.
    .court-tiers = Food and their medicine for today? Yes, 1. No, 2.
courses-quand = For today, press 1. For tomorrow, press 2. This week, press 3.
    .court = Today, 1. Tomorrow, 2. This week, 3.
courses-liste = After the beep, say what you need. Then press the hash key, or wait.
    .court = After the beep, say what you need.
    .tiers = After the beep, say what this person needs. Then press the hash key, or wait.
    .court-tiers = After the beep, say what they need.
courses-argent = You pay the neighbour back when you see the receipt, never by bank card.
    .tiers = This person pays the neighbour back when they see the receipt, never by bank card.
courses-ordonnance = Keep the prescription at hand: the neighbour will take it to the chemist.
    .tiers = This person keeps the prescription at hand: the neighbour will take it to the chemist.

## Printing

papier-type = For the certificate to go out, press 1. For another paper, press 2.
    .court = Certificate to go out, 1. Another paper, 2.
papier-nombre = How many sheets would you like? Press a number, from 1 to 9.
    .court = Press the number of sheets, from 1 to 9.
    .tiers = How many sheets does this person need? Press a number, from 1 to 9.
    .court-tiers = Press the number of sheets, from 1 to 9.
papier-taille = In large print, press 1. In normal print, press 2.
    .court = Large print, 1. Normal print, 2.
papier-explique = We print forms to fill in by pen. A neighbour puts them in your letter box, without coming in.
    .tiers = We print forms to fill in by pen. A neighbour puts them in this person's letter box, without going in.
papier-autre = After the beep, say which paper you need, and for which office. Do not say your social security number.
    .court = After the beep, say which paper you need.
    .tiers = After the beep, say which paper this person needs, and for which office. Do not say their social security number.
    .court-tiers = After the beep, say which paper this person needs.

## Childcare

enfant-quand = For today, press 1. For tomorrow, press 2. Another day, press 3.
    .court = Today, 1. Tomorrow, 2. Another day, 3.
enfant-moment = In the morning, press 1. In the afternoon, press 2. All day, press 3. In the evening, press 4.
    .court = Morning, 1. Afternoon, 2. All day, 3. Evening, 4.
enfant-combien = How many children? Press a number.
    .court = Press the number of children.
enfant-age = The youngest is under three: press 1. Three or older: press 2.
    .court = Under three, 1. Three or older, 2.
enfant-securite = To keep children safe, one of our staff always calls you before you meet a neighbour.
    .tiers = To keep children safe, one of our staff always calls this person before they meet a neighbour.
enfant-seul = Is a child alone at this moment? Yes, press 1. No, press 2.
    .court = Is a child alone? Yes, 1. No, 2.

## Visits, loneliness, worry

visite-type = For a friendly call, press 1. For a visit, press 2. If you are worried about somebody, press 3.
    .court = A friendly call, 1. A visit, 2. You are worried about somebody, 3.
visite-seul = Does somebody live with you? Yes, press 1. No, press 2.
    .court = Does somebody live with you? Yes, 1. No, 2.
    .tiers = Does somebody live with this person? Yes, press 1. No, press 2.
    .court-tiers = Does somebody live with them? Yes, 1. No, 2.
visite-veille = Would you like us to check on you regularly? Yes, press 1. No, press 2.
    .court = Check on you regularly? Yes, 1. No, 2.
    .tiers = Should we check on this person regularly? Yes, press 1. No, press 2.
    .court-tiers = Check on them regularly? Yes, 1. No, 2.
visite-inquiet = If this person no longer answers and you fear an accident, hang up and dial 18 or 112. Otherwise stay on the line, we will look after it.
visite-message = After the beep, say what worries you. Then press the hash key, or wait.
    .court = After the beep, say what worries you.

## Something else

autre-message = After the beep, simply tell us what is happening to you. Take your time. Then press the hash key, or wait.
    .court = After the beep, tell us what is happening to you.
    .tiers = After the beep, simply tell us what is happening to this person. Take your time. Then press the hash key, or wait.
    .court-tiers = After the beep, tell us what is happening to this person.
autre-merci = Thank you, your message is kept.
benevolat-message = Thank you for offering your help. After the beep, say what you would like to do, and when. Then press the hash key, or wait.
    .court = After the beep, say what you would like to do.

## Place

adresse-code-postal = Type your post code, or only the hash key.
    .court = Type your post code, or only the hash key, at the bottom right.
    .tiers = Type this person's post code, or only the hash key.
    .court-tiers = Type their post code, or only the hash key, at the bottom right.
adresse-code-relu = I understood { DIGITS($code_postal) }. That's right, press 1. That's wrong, press 2.
    .court = That's right, 1. That's wrong, 2.
adresse-hors-zone = This post code is not in our area. One of our staff will point you to help.
adresse-quartier = Which district do you live in? After the beep, say its name, or press 2 if you don't know.
    .court = After the beep, say the name of your district, or press 2.
    .tiers = Which district does this person live in? After the beep, say its name, or press 2 if you don't know.
    .court-tiers = After the beep, say the name of their district, or press 2.
adresse-rue = After the beep, slowly say your address, without the door code.
    .court = After the beep, say your number and your street.
    .tiers = After the beep, slowly say this person's address, without the door code.
    .court-tiers = After the beep, say their number and their street.
nom-dire = After the beep, say your first name and your name.
    .tiers = After the beep, say this person's first name and name.

## Number to call back

rappel-meme = Shall we call you on { PAIRS($numero) }? Yes, press 1. Another number, press 2.
    .court = This number suits you, 1. Another number, 2.
rappel-autre = Type the ten digits of the telephone where we may call you.
rappel-masque = { $masque ->
        [oui] Your number is hidden.
       *[non] {""}
    } Type the ten digits of the telephone where we may call you.
    .court = Type the ten digits of the telephone where we may call you.
rappel-relu = I repeat: { PAIRS($contact) }. That's right, press 1. Start again, press 2.
    .court = That's right, 1. Start again, 2.
rappel-le-sien = We keep the number of this call: { PAIRS($numero) }.
rappel-invalide = This number does not work. A number has ten digits. Let's try again.
rappel-sans-numero = It doesn't matter. Stay on the line, or call us again when you like, it's free.
rappel-moment = To call you back: in the morning, press 1. In the afternoon, press 2. At any time, press 3.
    .court = Morning, 1. Afternoon, 2. At any time, 3.

## Consent, summary, end

accord-voisin = One neighbour only will receive your first name, your address and your message. I agree, press 1. No, press 2.
    .court = Give your details to one neighbour only? Yes, 1. No, 2.
resume = To sum up: { resume-pour-qui }{ $besoin }{ $quand ->
        [aujourdhui] , for today
        [demain] , for tomorrow
        [semaine] , this week
        [autre_jour] , another day
       *[autre] {""}
    }{ $code_postal_juste ->
        [oui] , post code { DIGITS($code_postal) }
       *[autre] {""}
    }{ $contact_choisi ->
        [autre] , telephone { PAIRS($contact) }
       *[oui] {""}
    }. That's right, press 1. To change, press 2.
    .court = That's right, 1. To change, 2.
resume-pour-qui = { $categorie ->
        [inquietude] {""}
       *[autre] { $pour ->
            [autre] for another person,
           *[moi] {""}
        }
    } {""}
changer = To change your request, press 1. The address, press 2. The telephone, press 3. Something else, press 4. A person, 0.
    .court = The request, 1. The address, 2. The telephone, 3. Something else, 4. A person, 0.
fin-numero = Your request is registered. Your number is: { DIGITS($ref) }. I repeat: { DIGITS($ref) }.
fin-promesse = A neighbour or one of our staff will call you { promesse }. { prefixe-dit }
fin-promesse-agent = One of our staff will call you { promesse }. { prefixe-dit }
prefixe-dit = { $prefixe ->
        [inconnu] {""}
       *[autre] Their number will begin with { PAIRS($prefixe) }.
    }
fin-sans-numero = Without a telephone, we cannot call you back. Call us again with your request number, it's free.
rappel-impossible = Without a number, we cannot call you back. This call is always free.
fin-securite = Nobody will ever ask you for money, a bank card or a code by phone.
fin-aggravation = If you feel unwell, dial 15. Call us again whenever you like.
fin-aggravation-simple = If you feel unwell, dial 15.
fin-au-revoir = You did well to call. There is nothing else you need to do. Goodbye, you may hang up.
fin-au-revoir-simple = You did well to call. Goodbye, you may hang up.

besoin-personne = To speak to a person
besoin-danger-courses = Somebody has no food, or no medicine, today
besoin-danger-enfant = A child is alone
besoin-courses = { $courses_type ->
        [medicaments] Medicine
        [les_deux] Shopping and medicine
       *[nourriture] Shopping
    }
besoin-papier = { $papier_type ->
        [attestation] A certificate to go out
       *[autre] A form to print
    }
besoin-enfant = Childcare
besoin-visite = { $visite_type ->
        [appel] A friendly call
        [visite] A visit
       *[autre] A visit or a call
    }
besoin-inquietude = Somebody you are worried about
besoin-autre = Your message
besoin-benevolat = Your offer of help
besoin-kit = The neighbours' kit

## A caller's plan (F-23)

plan-bloque = We cannot take this call. In danger, dial 15 or 112. Goodbye.
plan-creneau = Somebody answers you { ouverture }. Please call us then.
plan-danger = If somebody is in danger, press 1. Otherwise you may hang up.
    .court = If somebody is in danger, press 1.
plan-fin = Until then, goodbye.

## A request already made

suivi-numero = Type the six digits of your request number. If you don't have it, press the hash key, at the bottom right.
    .court = Type the six digits. Otherwise, the hash key, at the bottom right, or wait.
suivi-inconnu = I cannot find this number. Let's try again.
suivi-agent = It doesn't matter. One of our staff will call the number given in the request.
suivi-menu = Thank you for calling again. { $etat ->
        [recherche] We are looking for a neighbour near you.
        [trouve] A neighbour said yes, and will call you.
       *[attente] One of our staff will call you { promesse }.
    } To add something, press 1. To cancel, press 2. For a person, press 0.
    .court = Add something, 1. Cancel, 2. A person, 0.
suivi-menu-fini = Thank you for calling again. { $etat ->
        [annulee] This request is cancelled.
       *[terminee] This request is finished.
    } To add something, press 1. For a person, press 0.
    .court = Add something, 1. A person, 0.
suivi-ajout = After the beep, say what you want to add. Then press the hash key, or wait.
    .court = After the beep, say what you want to add.
suivi-annuler = You want to cancel this request. Yes, press 1. No, press 2.
    .court = Cancel: yes, 1. No, 2.
suivi-annule = Done. Your request is cancelled.
suivi-sans-numero = Without this number, leave us a message. After the beep, say your name and your request. Then press the hash key, or wait.
    .court = After the beep, say your name and your request.

## Silence, mistakes, repeating

silence-1 = It doesn't matter.
silence-2 = Take your time. If pressing keys is difficult, do nothing: a person will look after you.
silence-fin = One of our staff will call you on the number of this call, { promesse }. You may hang up. Goodbye.
silence-sans-numero = { $masque ->
        [oui] Your number is hidden, we cannot call you back.
       *[non] We cannot call your number.
    } Call us again when you like, it's free. In danger, dial 15 or 112.
touche-1 = This key is not one of the choices.
chiffres-patience = Take your time.
chiffres-1 = One digit is missing, or there is one too many.
touche-2 = Let's try another way. To hear it again, press the star key, at the bottom left. For a person, press 0, or wait.
trop-long = This call has lasted a quarter of an hour. What you said is kept.
ecoute-repete = I repeat.
ecoute-continue = Go on, I am listening.
message-vide = I did not hear your message. Speak after the beep, a little louder.

## Breakdown: said without the database

panne = We have a small technical problem. Your call is noted. One of our staff will call you back. In danger, dial 15 or 112.
panne-sans-numero = We have a technical problem and could not note your call. Call us again later, it's free. In danger, dial 15 or 112.
ligne-inconnue = This number is not in service for the moment. In danger, dial 15 or 112.

## A person, waiting, the night

attente-passe = I am putting you through. Stay on the line.
attente-encore = One moment, please. We are trying again.
attente-debut = I am looking for a person for you. { $avant_vous ->
        [0] It will soon be your turn.
        [one] There is one call before you.
       *[other] There are { $avant_vous } calls before you.
    } About { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    }.
attente-suite = { $tour ->
        [0] You are still on the line. Thank you for waiting.
        [1] We have not forgotten you. Thank you for waiting.
       *[autre] Please stay on the line. Thank you for waiting.
    }
attente-rappel = If you would rather be called back, press 1. You keep your place. Otherwise, stay on the line.
    .court = To be called back, 1. Otherwise, stay on the line.
attente-rappel-redit = { $tour ->
        [0] { attente-rappel }
       *[autre] To be called back, press 1.
    }
attente-pris = Noted, you keep your place.
personne-absente = Nobody can answer you right now.
ferme-nuit = You can leave your request now. We will listen to it when we open.
ferme-horaires = { $horaires_de ->
        [inconnu] Our staff are not here.
       *[autre] Our staff are here { horaires }.
    } { $ouverture_jour ->
        [inconnu] {""}
       *[autre] They are back { ouverture }.
    } In danger, dial 15 or 112.
ferme-ecoute = If you have dark thoughts, 31 14 answers day and night, it's free.
danger-conseil = Our offices are closed. In danger, hang up and dial 17 or 112. Otherwise, stay on the line.
danger-enfant = Our offices are closed. If a child is in danger, dial 119 or 112. Otherwise, stay on the line.
danger-secours = In danger, hang up and dial 17 or 112.
danger-secours-enfant = If the child is in danger, hang up and dial 119 or 112.
danger-seul = { $ouvert ->
        [oui] {""}
       *[non] Our offices are closed.
    } Nobody can answer you right now. In danger, hang up and dial 17 or 112 now.
danger-seul-enfant = { $ouvert ->
        [oui] {""}
       *[non] Our offices are closed.
    } Nobody can answer you right now. If a child is in danger, hang up and dial 119 or 112 now.
danger-plus-tard = Your call is urgent for us. One of our staff will call you { promesse }. Keep your telephone close to you.
danger-dire = After the beep, say your telephone number and your address. Then press the hash key, or wait.
    .court = After the beep, say your telephone number and your address.
danger-dit = Thank you, your message is kept. { $astreinte ->
        [oui] One of our staff will listen to it very soon.
       *[non] One of our staff will listen to it { promesse }.
    } In danger, dial 17 or 112.
danger-promis = Your call is urgent for us. One of our staff will call you very soon. Keep your telephone close to you.

## On the telephone of the office and of the staff on call

bureau-appel = { $urgent ->
        [oui] Urgent call
       *[non] A call
    } from the help line. { $besoin }. { $langue ->
        [en] The caller speaks English.
        [es] The caller speaks Spanish.
        [ar] The caller speaks Arabic.
       *[fr] { "" }
    } To take the call, press 1.
bureau-pris = You are on the line.
alerte-appel = Alert from the help line. A person in danger is waiting for a call. To take charge of it, press 1. If you have already reached the person, press 2.
alerte-pris = Thank you. The call is yours. { $joignable ->
        [oui] The person's number is { PAIRS($numero) }. Again: { PAIRS($numero) }.
       *[non] The person gave no number. What was said is in the list of callbacks.
    }
alerte-faite = Thank you, that is noted. Goodbye.
rappel-agent = { $ref ->
        [aucune] Calling somebody back.
       *[autre] Calling back about request { DIGITS($ref) }.
    } { $besoin }. { $langue ->
        [en] The person speaks English.
        [es] The person speaks Spanish.
        [ar] The person speaks Arabic.
       *[fr] { "" }
    } To call the person, press 1.
rappel-lance = We are calling the person.
rappel-fini = { $fin ->
        [occupe] The line is busy.
        [sonne] Nobody answers.
        [faux] The operator does not know this number.
        [echec] The call could not be made.
       *[joint] The call is over.
    } Please write down what comes next in the list of callbacks. Goodbye.

## Pieces of sentences

promesse = { $promesse_jour ->
        [aujourdhui] { $promesse_moment ->
            [matin] this morning
           *[apres_midi] this afternoon
        }
        [demain] tomorrow { promesse-moment }
        [lundi] on Monday { promesse-moment }{ promesse-date }
        [mardi] on Tuesday { promesse-moment }{ promesse-date }
        [mercredi] on Wednesday { promesse-moment }{ promesse-date }
        [jeudi] on Thursday { promesse-moment }{ promesse-date }
        [vendredi] on Friday { promesse-moment }{ promesse-date }
        [samedi] on Saturday { promesse-moment }{ promesse-date }
        [dimanche] on Sunday { promesse-moment }{ promesse-date }
       *[inconnu] as soon as possible
    }
promesse-date = { $promesse_date ->
        [0] {""}
        [1] {", "}the 1st
        [2] {", "}the 2nd
        [3] {", "}the 3rd
        [21] {", "}the 21st
        [22] {", "}the 22nd
        [23] {", "}the 23rd
        [31] {", "}the 31st
       *[other] {", "}the { $promesse_date }th
    }
promesse-moment = { $promesse_moment ->
        [matin] morning
       *[apres_midi] afternoon
    }
ouverture = { $ouverture_jour ->
        [aujourdhui] today at { ouverture-heure }
        [demain] tomorrow at { ouverture-heure }
        [lundi] on Monday{ ouverture-date } at { ouverture-heure }
        [mardi] on Tuesday{ ouverture-date } at { ouverture-heure }
        [mercredi] on Wednesday{ ouverture-date } at { ouverture-heure }
        [jeudi] on Thursday{ ouverture-date } at { ouverture-heure }
        [vendredi] on Friday{ ouverture-date } at { ouverture-heure }
        [samedi] on Saturday{ ouverture-date } at { ouverture-heure }
        [dimanche] on Sunday{ ouverture-date } at { ouverture-heure }
       *[inconnu] as soon as possible
    }
ouverture-date = { $ouverture_date ->
        [0] {""}
        [1] {" "}the 1st
        [2] {" "}the 2nd
        [3] {" "}the 3rd
        [21] {" "}the 21st
        [22] {" "}the 22nd
        [23] {" "}the 23rd
        [31] {" "}the 31st
       *[other] {" "}the { $ouverture_date }th
    }
ouverture-heure = { CLOCK($ouverture_heure, $ouverture_minute) }
horaires = { $horaires_de ->
        [inconnu] in opening hours
       *[autre] from { jour-de } to { jour-a }, from { CLOCK($horaires_h1, $horaires_m1) } to { CLOCK($horaires_h2, $horaires_m2) }
    }
jour-de = { $horaires_de ->
        [mardi] Tuesday
        [mercredi] Wednesday
        [jeudi] Thursday
        [vendredi] Friday
        [samedi] Saturday
        [dimanche] Sunday
       *[lundi] Monday
    }
jour-a = { $horaires_a ->
        [lundi] Monday
        [mardi] Tuesday
        [mercredi] Wednesday
        [jeudi] Thursday
        [samedi] Saturday
        [dimanche] Sunday
       *[vendredi] Friday
    }

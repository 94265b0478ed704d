# Lo que dice la línea, en español sencillo (usted). Nivel « accueil »: la bienvenida, el menú y el final; después, una
# persona llama con un intérprete. Los días llegan en francés: las últimas frases los traducen.
niveau = accueil

## Bienvenida

langue-proposee = Para español, pulse 8.
langue-bonjour = Buenos días. Si alguien está en peligro ahora, cuelgue y marque el 15 o el 112.
accueil-donnees = Sus respuestas son confidenciales. Para saber más, pulse 6.
donnees-plus-1 = Los servicios sociales de { $ville } son responsables de esta información. La tratan sus agentes y su empresa telefónica. Un vecino recibe solo lo necesario para ayudarle, si usted está de acuerdo.
donnees-plus-2 = Los mensajes se borran como máximo { $jours } días después del final de su solicitud. Usted puede ver, corregir o borrar su información. Para eso, pulse 0, o escriba al C C A S.

## Menús

menu-principal = Para compras o medicinas, pulse 1. Para imprimir un documento, pulse 2. Para cuidar a un niño, pulse 3. Para una visita u otra cosa, pulse 4. Para hablar con una persona, pulse 0.
    .court = Compras, 1. Imprimir, 2. Cuidar a un niño, 3. Otra cosa, 4. Una persona, 0.
menu-autre = Para una visita o una llamada amistosa, pulse 1. Para una solicitud ya hecha, pulse 2. Para ayudar a sus vecinos, pulse 3. Para otra cosa, pulse 4. Una persona, 0.
    .court = Una visita, 1. Una solicitud ya hecha, 2. Ayudar, 3. Otra cosa, 4. Una persona, 0.
menu-aider = Para ofrecer su ayuda, pulse 1. Para recibir el kit de los vecinos, pulse 2. Una persona, 0.
    .court = Ofrecer su ayuda, 1. Recibir el kit, 2. Una persona, 0.

## Número para llamarle

rappel-masque = { $masque ->
        [oui] Su número está oculto.
       *[non] {""}
    } Marque las diez cifras del teléfono donde llamarle.
    .court = Marque las diez cifras del teléfono donde llamarle.
rappel-relu = Repito: { PAIRS($contact) }. Si es correcto, pulse 1. Para empezar de nuevo, pulse 2.
    .court = Es correcto, 1. Empezar de nuevo, 2.
rappel-invalide = Este número no sirve. Un número tiene diez cifras. Probemos otra vez.

## Plan de llamadas (F-23)

plan-bloque = No podemos atender esta llamada. En peligro, marque el 15 o el 112. Adiós.
plan-creneau = Un agente le atiende { ouverture }. Llámenos en ese momento.
plan-danger = Si alguien está en peligro, pulse 1. Si no, puede colgar.
    .court = Si alguien está en peligro, pulse 1.
plan-fin = Hasta pronto. Adiós.

## Final

fin-numero = Su solicitud está registrada. Su número es: { DIGITS($ref) }. Repito: { DIGITS($ref) }.
fin-promesse-agent = Una persona le llamará { promesse }, con un intérprete. { prefixe-dit }
prefixe-dit = { $prefixe ->
        [inconnu] {""}
       *[autre] Su número empezará por { PAIRS($prefixe) }.
    }
fin-sans-numero = Sin teléfono, no podemos llamarle. Llámenos con su número de solicitud, es gratis.
rappel-impossible = Sin número, no podemos llamarle. Esta llamada es siempre gratis.
fin-securite = Nunca le pediremos dinero, ni su tarjeta, ni un código por teléfono.
fin-aggravation = Si se siente mal, marque el 15. Llámenos cuando quiera.
fin-aggravation-simple = Si se siente mal, marque el 15.
fin-au-revoir = Ha hecho bien en llamar. No tiene que hacer nada más. Adiós, puede colgar.
fin-au-revoir-simple = Ha hecho bien en llamar. Adiós, puede colgar.

## Silencio, error

silence-1 = No pasa nada.
silence-2 = Tómese su tiempo. Si es difícil pulsar, no haga nada: una persona se ocupará de usted.
silence-fin = Una persona le llamará al número de esta llamada, { promesse }. Puede colgar. Adiós.
silence-sans-numero = { $masque ->
        [oui] Su número está oculto, no podemos llamarle.
       *[non] No podemos llamar a su número.
    } Llámenos cuando quiera, es gratis. En peligro, marque el 15 o el 112.
touche-1 = Esta tecla no corresponde a ninguna opción.
touche-2 = Probemos de otra manera. Para oírlo otra vez, pulse asterisco, abajo a la izquierda. Para hablar con una persona, pulse 0, o espere.
trop-long = Esta llamada dura ya un cuarto de hora. Lo que ha dicho queda guardado.
ecoute-repete = Repito.
ecoute-continue = Continúe, le escucho.
message-vide = No he oído su mensaje. Hable después de la señal, un poco más fuerte.

## Avería

panne = Tenemos un pequeño problema técnico. Su llamada está anotada. Una persona le llamará. En peligro, marque el 15 o el 112.
panne-sans-numero = Tenemos un problema técnico y no hemos podido anotar su llamada. Llámenos más tarde, es gratis. En peligro, marque el 15 o el 112.

## Una persona, la espera, la noche

attente-passe = Le paso con una persona. No cuelgue.
attente-encore = Un momento, por favor. Lo intentamos otra vez.
attente-debut = Busco a una persona para usted. { $avant_vous ->
        [0] Pronto será su turno.
        [one] Hay una llamada antes que usted.
       *[other] Hay { $avant_vous } llamadas antes que usted.
    } Espere { $minutes ->
        [one] un minuto más o menos
       *[other] unos { $minutes } minutos
    }.
attente-suite = { $tour ->
        [0] Sigue usted en línea. Gracias por esperar.
        [1] No le olvidamos. Gracias por esperar.
       *[autre] Siga en línea, por favor. Gracias por esperar.
    }
attente-rappel = Si prefiere que le llamemos, pulse 1. Usted guarda su turno. Si no, siga en línea.
    .court = Que le llamemos, 1. Si no, siga en línea.
attente-rappel-redit = { $tour ->
        [0] { attente-rappel }
       *[autre] Para que le llamemos, pulse 1.
    }
attente-pris = Anotado, usted guarda su turno.
personne-absente = Nadie puede atenderle en este momento.
ferme-horaires = { $horaires_de ->
        [inconnu] Nuestros agentes no están.
       *[autre] Nuestros agentes están { horaires }.
    } { $ouverture_jour ->
        [inconnu] {""}
       *[autre] Vuelven { ouverture }.
    } En peligro, marque el 15 o el 112.
ferme-ecoute = Si tiene ideas negras, el 31 14 responde día y noche, es gratis.

## Trozos de frases

promesse = { $promesse_jour ->
        [aujourdhui] { $promesse_moment ->
            [matin] esta mañana
           *[apres_midi] esta tarde
        }
        [demain] mañana { promesse-moment }
        [lundi] el lunes{ promesse-date } { promesse-moment }
        [mardi] el martes{ promesse-date } { promesse-moment }
        [mercredi] el miércoles{ promesse-date } { promesse-moment }
        [jeudi] el jueves{ promesse-date } { promesse-moment }
        [vendredi] el viernes{ promesse-date } { promesse-moment }
        [samedi] el sábado{ promesse-date } { promesse-moment }
        [dimanche] el domingo{ promesse-date } { promesse-moment }
       *[inconnu] lo antes posible
    }
promesse-date = { $promesse_date ->
        [0] {""}
       *[other] {" "}{ $promesse_date }
    }
promesse-moment = por la { $promesse_moment ->
        [matin] mañana
       *[apres_midi] tarde
    }
ouverture = { $ouverture_jour ->
        [aujourdhui] hoy { ouverture-heure }
        [demain] mañana { ouverture-heure }
        [lundi] el lunes{ ouverture-date } { ouverture-heure }
        [mardi] el martes{ ouverture-date } { ouverture-heure }
        [mercredi] el miércoles{ ouverture-date } { ouverture-heure }
        [jeudi] el jueves{ ouverture-date } { ouverture-heure }
        [vendredi] el viernes{ ouverture-date } { ouverture-heure }
        [samedi] el sábado{ ouverture-date } { ouverture-heure }
        [dimanche] el domingo{ ouverture-date } { ouverture-heure }
       *[inconnu] lo antes posible
    }
ouverture-date = { $ouverture_date ->
        [0] {""}
       *[other] {" "}{ $ouverture_date }
    }
ouverture-heure = a las { $ouverture_heure } { $ouverture_minute ->
        [0] {""}
        [15] y cuarto
        [30] y media
       *[autre] y { $ouverture_minute }
    }
horaires = { $horaires_de ->
        [inconnu] en horas de apertura
       *[autre] de { jour-de } a { jour-a }, de las { $horaires_h1 } { $horaires_m1 ->
            [0] {""}
            [15] y cuarto
            [30] y media
           *[autre] y { $horaires_m1 }
        } a las { $horaires_h2 } { $horaires_m2 ->
            [0] {""}
            [15] y cuarto
            [30] y media
           *[autre] y { $horaires_m2 }
        }
    }
jour-de = { $horaires_de ->
        [mardi] martes
        [mercredi] miércoles
        [jeudi] jueves
        [vendredi] viernes
        [samedi] sábado
        [dimanche] domingo
       *[lundi] lunes
    }
jour-a = { $horaires_a ->
        [lundi] lunes
        [mardi] martes
        [mercredi] miércoles
        [jeudi] jueves
        [samedi] sábado
        [dimanche] domingo
       *[vendredi] viernes
    }

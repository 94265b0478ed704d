# A quien nadie pudo localizar (F-46).
r-tentative = CCAS: hemos intentado llamarle. Volveremos a llamar { $promesse_jour ->
        [aujourdhui] hoy
        [demain] { $promesse_moment ->
            [matin] mañana por la mañana
           *[apres_midi] mañana por la tarde
        }
        [lundi] el lunes
        [mardi] el martes
        [mercredi] el miercoles
        [jeudi] el jueves
        [vendredi] el viernes
        [samedi] el sabado
        [dimanche] el domingo
       *[inconnu] lo antes posible
    }. O llame al { $tel } (gratis).

# To somebody whom nobody could reach (F-46).
r-tentative = CCAS: we tried to call you. We will call again { $promesse_jour ->
        [aujourdhui] today
        [demain] { $promesse_moment ->
            [matin] tomorrow morning
           *[apres_midi] tomorrow afternoon
        }
        [lundi] on Monday
        [mardi] on Tuesday
        [mercredi] on Wednesday
        [jeudi] on Thursday
        [vendredi] on Friday
        [samedi] on Saturday
        [dimanche] on Sunday
       *[inconnu] as soon as we can
    }. Or call { $tel } (free call).

# إلى من لم نتمكن من الاتصال به (F-46)
r-tentative = CCAS: اتصلنا بكم. نعاود الاتصال { $promesse_jour ->
        [aujourdhui] اليوم
        [demain] { $promesse_moment ->
            [matin] غدا صباحا
           *[apres_midi] غدا بعد الظهر
        }
        [lundi] يوم الاثنين
        [mardi] يوم الثلاثاء
        [mercredi] يوم الأربعاء
        [jeudi] يوم الخميس
        [vendredi] يوم الجمعة
        [samedi] يوم السبت
        [dimanche] يوم الأحد
       *[inconnu] قريبا
    }. { $tel } مجانا

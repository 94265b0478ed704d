# ما يقوله الخط بعربية بسيطة. المستوى « accueil »: الترحيب والقائمة والنهاية، ثم يتصل شخص مع مترجم.
# À relire par une personne dont c'est la langue ; une voix enregistrée vaut mieux pour qui parle darija.
niveau = accueil

## الترحيب

langue-proposee = للعربية، اضغطوا على 9.
langue-bonjour = مرحباً. إذا كان أحد في خطر الآن، أغلقوا الخط واتصلوا بالرقم 15 أو 112.
accueil-donnees = أجوبتكم سرية. لمعرفة المزيد، اضغطوا 6.
donnees-plus-1 = المصالح الاجتماعية في { $ville } مسؤولة عن هذه المعلومات. يعالجها موظفوها وشركة الهاتف. لا يتلقى الجار إلا ما يلزم لمساعدتكم، إذا وافقتم.
donnees-plus-2 = تُمحى الرسائل بعد { $jours } يوماً على الأكثر من نهاية طلبكم. يمكنكم رؤية معلوماتكم أو تصحيحها أو محوها. لذلك اضغطوا 0.

## القوائم

menu-principal = للتسوق أو الأدوية، اضغطوا 1. لطباعة وثيقة، اضغطوا 2. لرعاية طفل، اضغطوا 3. لزيارة أو لشيء آخر، اضغطوا 4. للتحدث مع شخص، اضغطوا 0.
    .court = التسوق، 1. طباعة وثيقة، 2. رعاية طفل، 3. شيء آخر، 4. شخص، 0.
menu-autre = لزيارة أو مكالمة ودية، اضغطوا 1. لطلب سابق، اضغطوا 2. لمساعدة جيرانكم، اضغطوا 3. لشيء آخر، اضغطوا 4. للتحدث مع شخص، اضغطوا 0.
    .court = زيارة، 1. طلب سابق، 2. مساعدة الجيران، 3. شيء آخر، 4. شخص، 0.
menu-aider = لعرض مساعدتكم، اضغطوا 1. لاستلام دليل الجيران، اضغطوا 2. للتحدث مع شخص، اضغطوا 0.
    .court = عرض المساعدة، 1. دليل الجيران، 2. شخص، 0.

## الرقم الذي نتصل به

rappel-masque = { $masque ->
        [oui] رقمكم مخفي.
       *[non] {""}
    } اطلبوا الأرقام العشرة للهاتف الذي نتصل به.
    .court = اطلبوا الأرقام العشرة للهاتف الذي نتصل به.
rappel-relu = أعيد: { PAIRS($contact) }. إذا كان صحيحاً، اضغطوا 1. للبدء من جديد، اضغطوا 2.
    .court = صحيح، 1. البدء من جديد، 2.
rappel-invalide = هذا الرقم غير صالح. الرقم من عشرة أرقام. لنحاول مرة أخرى.

## خطة المكالمات (F-23)

plan-bloque = لا يمكننا استقبال هذه المكالمة. عند الخطر، اتصلوا بالرقم 15 أو 112. مع السلامة.
plan-creneau = يجيبكم موظف { ouverture }. اتصلوا بنا في ذلك الوقت.
plan-danger = إذا كان أحد في خطر، اضغطوا على 1. وإلا يمكنكم إنهاء المكالمة.
    .court = إذا كان أحد في خطر، اضغطوا على 1.
plan-fin = إلى اللقاء.

## النهاية

fin-numero = تم تسجيل طلبكم. رقم الطلب هو: { DIGITS($ref) }. أعيد: { DIGITS($ref) }.
fin-promesse-agent = سنتصل بكم { promesse }، مع مترجم. { prefixe-dit }
prefixe-dit = { $prefixe ->
        [inconnu] {""}
       *[autre] سيبدأ الرقم بـ { PAIRS($prefixe) }.
    }
fin-sans-numero = بدون رقم هاتف، لا يمكننا الاتصال بكم. اتصلوا بنا واذكروا رقم طلبكم، المكالمة مجانية.
rappel-impossible = بدون رقم، لا يمكننا الاتصال بكم. هذه المكالمة مجانية دائماً.
fin-securite = لن نطلب منكم أبداً مالاً ولا بطاقة بنكية ولا رمزاً عبر الهاتف.
fin-aggravation = إذا ساءت حالتكم، اتصلوا بالرقم 15. اتصلوا بنا متى شئتم.
fin-aggravation-simple = إذا ساءت حالتكم، اتصلوا بالرقم 15.
fin-au-revoir-simple = أحسنتم بالاتصال. شكراً، إلى اللقاء، يمكنكم إغلاق الخط.
fin-au-revoir = أحسنتم بالاتصال. لا شيء آخر عليكم. شكراً، إلى اللقاء، يمكنكم إغلاق الخط.

## الصمت والخطأ

silence-1 = لا بأس.
silence-2 = خذوا وقتكم. إذا كان الضغط صعباً، لا تفعلوا شيئاً: سيهتم بكم شخص.
silence-fin = سنتصل بكم على رقم هذه المكالمة، { promesse }. يمكنكم إغلاق الخط. إلى اللقاء.
silence-sans-numero = { $masque ->
        [oui] رقمكم مخفي، لا يمكننا الاتصال بكم.
       *[non] لا يمكننا الاتصال برقمكم.
    } اتصلوا بنا متى شئتم، المكالمة مجانية. في حالة خطر، اتصلوا بالرقم 15 أو 112.
touche-1 = هذا المفتاح لا يطابق أي خيار.
touche-2 = لنحاول بطريقة أخرى. للاستماع مرة أخرى، اضغطوا النجمة، في الأسفل على اليسار. للتحدث مع شخص، اضغطوا 0 أو انتظروا.
trop-long = هذه المكالمة مستمرة منذ ربع ساعة. ما قلتموه محفوظ.
ecoute-repete = أعيد.
ecoute-continue = تابعوا، أنا أسمعكم.
message-vide = لم أسمع رسالتكم. تكلموا بعد الإشارة، بصوت أعلى قليلاً.

## عطل

panne = لدينا مشكلة تقنية صغيرة. تم تسجيل مكالمتكم. سيتصل بكم شخص. في حالة خطر، اتصلوا بالرقم 15 أو 112.
panne-sans-numero = لدينا مشكلة تقنية ولم نتمكن من تسجيل مكالمتكم. اتصلوا بنا لاحقاً، المكالمة مجانية. في حالة خطر، اتصلوا بالرقم 15 أو 112.

## شخص، الانتظار، الليل

attente-passe = أحولكم إلى شخص. ابقوا على الخط.
attente-encore = لحظة من فضلكم. نحاول مرة أخرى.
attente-debut = أبحث لكم عن شخص. { $avant_vous ->
        [0] سيأتي دوركم قريباً.
        [one] هناك مكالمة واحدة قبلكم.
       *[other] عدد المكالمات قبلكم: { $avant_vous }.
    } المدة بالدقائق: حوالي { $minutes }.
attente-suite = { $tour ->
        [0] ما زلتم على الخط. شكراً على صبركم.
        [1] لم ننسكم. شكراً على صبركم.
       *[autre] ابقوا على الخط. شكراً على صبركم.
    }
attente-rappel = إذا أردتم أن نتصل بكم، اضغطوا 1. تحتفظون بدوركم. وإلا فابقوا على الخط.
    .court = نتصل بكم، 1. وإلا فابقوا على الخط.
attente-rappel-redit = { $tour ->
        [0] { attente-rappel }
       *[autre] لكي نتصل بكم، اضغطوا 1.
    }
attente-pris = تم، تحتفظون بدوركم.
personne-absente = لا أحد يستطيع أن يجيبكم الآن.
ferme-horaires = { $horaires_de ->
        [inconnu] موظفونا غير موجودين الآن.
       *[autre] موظفونا هنا { horaires }.
    } { $ouverture_jour ->
        [inconnu] {""}
       *[autre] يعودون { ouverture }.
    } عند الخطر، اتصلوا بالرقم 15 أو 112.
ferme-ecoute = إذا كانت لديكم أفكار سوداء، الرقم 31 14 يجيب ليلاً ونهاراً مجاناً.

## أجزاء الجمل

promesse = { $promesse_jour ->
        [aujourdhui] { $promesse_moment ->
            [matin] هذا الصباح
           *[apres_midi] بعد ظهر اليوم
        }
        [demain] غداً { promesse-moment }
        [lundi] يوم الاثنين{ promesse-date } { promesse-moment }
        [mardi] يوم الثلاثاء{ promesse-date } { promesse-moment }
        [mercredi] يوم الأربعاء{ promesse-date } { promesse-moment }
        [jeudi] يوم الخميس{ promesse-date } { promesse-moment }
        [vendredi] يوم الجمعة{ promesse-date } { promesse-moment }
        [samedi] يوم السبت{ promesse-date } { promesse-moment }
        [dimanche] يوم الأحد{ promesse-date } { promesse-moment }
       *[inconnu] في أقرب وقت ممكن
    }
promesse-date = { $promesse_date ->
        [0] {""}
       *[other] {" "}{ $promesse_date }
    }
promesse-moment = { $promesse_moment ->
        [matin] صباحاً
       *[apres_midi] بعد الظهر
    }
ouverture = { $ouverture_jour ->
        [aujourdhui] اليوم { ouverture-heure }
        [demain] غداً { ouverture-heure }
        [lundi] يوم الاثنين{ ouverture-date } { ouverture-heure }
        [mardi] يوم الثلاثاء{ ouverture-date } { ouverture-heure }
        [mercredi] يوم الأربعاء{ ouverture-date } { ouverture-heure }
        [jeudi] يوم الخميس{ ouverture-date } { ouverture-heure }
        [vendredi] يوم الجمعة{ ouverture-date } { ouverture-heure }
        [samedi] يوم السبت{ ouverture-date } { ouverture-heure }
        [dimanche] يوم الأحد{ ouverture-date } { ouverture-heure }
       *[inconnu] في أقرب وقت ممكن
    }
ouverture-date = { $ouverture_date ->
        [0] {""}
       *[other] {" "}{ $ouverture_date }
    }
ouverture-heure = في الساعة { $ouverture_heure } { $ouverture_minute ->
        [0] {""}
       *[autre] و { $ouverture_minute } دقيقة
    }
horaires = { $horaires_de ->
        [inconnu] في أوقات العمل
       *[autre] من { jour-de } إلى { jour-a }، من الساعة { $horaires_h1 } { $horaires_m1 ->
            [0] {""}
           *[autre] و { $horaires_m1 } دقيقة
        } إلى الساعة { $horaires_h2 } { $horaires_m2 ->
            [0] {""}
           *[autre] و { $horaires_m2 } دقيقة
        }
    }
jour-de = { $horaires_de ->
        [mardi] الثلاثاء
        [mercredi] الأربعاء
        [jeudi] الخميس
        [vendredi] الجمعة
        [samedi] السبت
        [dimanche] الأحد
       *[lundi] الاثنين
    }
jour-a = { $horaires_a ->
        [lundi] الاثنين
        [mardi] الثلاثاء
        [mercredi] الأربعاء
        [jeudi] الخميس
        [samedi] السبت
        [dimanche] الأحد
       *[vendredi] الجمعة
    }

## Norms: whether the law was kept, article by article.

place-norms = Нормалар
norms-title = Заң нормаларының сақталуы
norms-note = Учаскелер саналады. Біреу «бұзылды» десе, норма сол учаскеде бұзылды деп есептеледі; біреу көріп, ешкім қарсы айтпаса — сақталды; сұралғандардың ешқайсысы көрмесе — белгісіз.
norms-none = Мұндай жауап әлі жоқ.
norms-article = Бап
norms-asked = Жауап берген учаскелер
norms-share = Нәтиже
norm-kept = сақталды
norm-broken = бұзылды
norm-unknown = белгісіз
norm-both = керісінше де айтылған
norm-questions = Не сұралады
norm-incidents = Осы норманы бұзатын оқиғалар
norm-stations = Учаскелер мен жазбалар
norm-records = Жазбалар

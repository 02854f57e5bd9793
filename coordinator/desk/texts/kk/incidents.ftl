## Incidents of all stations.

incidents-none = Мұндай оқиға жоқ.
incidents-words = Учаске, оқиға не мәтін
incidents-code = Коды
incidents-by-gravity = алдымен ауырлары
incidents-gravity = Ауырлығы
incidents-status = Жай-күйі
incidents-what = Оқиға
incidents-received = Келді
incidents-times = Уақыт { $zone } бойынша: хабарлама қабылданған сәт.
incident-unnamed = Коды көрсетілмеген оқиға
gravity-critical = аса ауыр
gravity-serious = ауыр
gravity-procedural = рәсімдік
incident-sources = дереккөздер: { $count }
incident-files = файлдар: { $count }

## One incident.

incident-norms = Бұзылған нормалар
incident-history = Тарихы
incident-counts-not = есепке алынбайды
incident-step = Енді қандай?
incident-note = Неге, не бойынша
incident-send = Жазып қою
incident-alike = Осы учаскеден сондай хабарламалар
incident-faster = Осы уақытта басқа біреу жазып қойды. Төмендегіні оқып, қажет болса қайталаңыз.
incident-why = Неге екенін жазыңыз. Екі дереккөз не файл болғанда ғана растауға сөз керек емес.
incident-withdrawn = Авторы хабарламаны қайтарып алған.
who-nobody = тіркелгісіз

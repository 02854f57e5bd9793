## Records on paper.

print-act = Актіні басып шығару
print-record = Басып шығару
print-times = Телефон сағаты бойынша мөрленді → қабылданды
print-law = Заң нормалары
print-note = Бұл парақ байқаушының қол қойған жазбасынан жасалды және ештеңені өзгертпейді.
print-answers = Жазылғаны
print-files = Қоса беріледі
print-signature = Қолы, аты-жөні, күні

## How an answer is said that the pack has no words for.

answer-yes = иә
answer-no = жоқ
answer-not-seen = көрмедім
answer-not-applicable = қатысы жоқ

## What must add up in a record.

relations = Бақылау арақатынастары, осы жерде тексерілген
relation-holds = орындалады
relation-fails = орындалмайды
relation-unknown = шешуге болмайды
relation-not-judged = бұл жауаптарға қатысты емес
relations-hold = Басқалары да орындалады: { $count }.
relation-sealed = телефон жазғаны: { $verdict }
relation-nothing-sealed = ештеңе, яғни ол жерде орындалған немесе тексерілмеген
relations-differ = Айырмашылық осы құрылғының бұрынғы жазбалары әлі келмегенін де білдіруі мүмкін.

## Сауалнамаға тыйым.

embargo = Сауалнама нәтижесі
embargo-until = { $until } дейін ешкімге көрсетілмейді (28(9)-бап)

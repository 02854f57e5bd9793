## How an answer is said that the pack has no words for.

answer-yes = да
answer-no = нет
answer-not-seen = не видел(а)
answer-not-applicable = неприменимо

## What must add up in a record.

relations = Контрольные соотношения, проверены здесь
relation-holds = выполняется
relation-fails = не выполняется
relation-unknown = решить нельзя
relation-not-judged = к этим ответам не относится
relations-hold = Выполняются и другие: { $count }.
relation-sealed = телефон записал: { $verdict }
relation-nothing-sealed = ничего, то есть выполнялось или не проверялось
relations-differ = Расхождение может значить и то, что прежние записи этого устройства ещё не пришли.

## Запрет на публикацию опросов.

embargo = Результат опроса
embargo-until = никому не показывается до { $until } (ст. 28(9))

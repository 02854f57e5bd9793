//! Who signs in.

use kuager_wire::ids::PersonId;

use super::fixture::Place;
use crate::ledger::accounts::{ACCOUNTS, AccountChange, AddedAccount, DeskRole, DeskRoles, NewAccount};

/// An account that no two people have.
#[must_use]
pub fn account(number: u16) -> NewAccount {
    let mut person = PersonId([5; 16]);
    person.0[..2].copy_from_slice(&number.to_be_bytes());
    NewAccount {
        person,
        name: format!("Person {number}"),
        handle: format!("person {number}"),
        roles: [DeskRole::Coordinator, DeskRole::Publisher].into_iter().collect(),
        password: vec![1, 2, 3],
        totp: vec![4, 5, 6],
        created_ms: 10,
    }
}

/// Whoever comes first has the name, in every process.
pub async fn a_name_is_one_persons(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    assert_eq!(ledger.has_accounts().await, Ok(false));
    assert_eq!(ledger.add_account(account(1)).await, Ok(AddedAccount::Added));
    assert_eq!(beside.has_accounts().await, Ok(true));
    let twin = NewAccount { handle: account(1).handle, ..account(2) };
    assert_eq!(beside.add_account(twin).await, Ok(AddedAccount::NameTaken));
    assert_eq!(beside.add_account(account(0)).await, Ok(AddedAccount::Added));
    let names: Vec<_> = ledger.accounts().await.expect("reads").into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["Person 0", "Person 1"], "by name");
    let found = ledger.account_named("person 1").await.expect("reads").expect("is there");
    assert_eq!(ledger.account(account(1).person).await, Ok(Some(found.clone())));
    assert_eq!((found.roles, found.password, found.totp), (account(1).roles, vec![1, 2, 3], vec![4, 5, 6]));
    assert_eq!((found.created_ms, found.disabled_ms, found.signed_in_ms), (10, None, None));
    assert_eq!(ledger.account_named("Person 1").await, Ok(None), "names are compared as they come");
    assert_eq!(ledger.account(PersonId([0; 16])).await, Ok(None));
}

/// Whatever was changed, who looks sees it, and another generation.
pub async fn what_changes_an_account_shows_at_once_and_everywhere(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    ledger.add_account(account(1)).await.expect("is stored");
    let person = account(1).person;
    let now = async || ledger.account(person).await.expect("reads").expect("is there");
    let mut generations = vec![now().await.generation];
    for change in [
        AccountChange::Roles([DeskRole::ReadOnly].into_iter().collect()),
        AccountChange::Password(vec![7]),
        AccountChange::Totp(vec![8]),
        AccountChange::Disabled(20),
        AccountChange::Disabled(30),
        AccountChange::Leave,
        AccountChange::Enabled,
    ] {
        assert_eq!(beside.change_account(person, change.clone()).await, Ok(true));
        let account = now().await;
        match change {
            AccountChange::Roles(roles) => assert_eq!(account.roles, roles),
            AccountChange::Password(password) => assert_eq!(account.password, password),
            AccountChange::Totp(totp) => assert_eq!(account.totp, totp),
            AccountChange::Disabled(_) => assert_eq!(account.disabled_ms, Some(20), "since the first time"),
            AccountChange::Enabled => assert_eq!(account.disabled_ms, None),
            AccountChange::Leave => assert_eq!(account.roles, [DeskRole::ReadOnly].into_iter().collect::<DeskRoles>()),
        }
        generations.push(account.generation);
    }
    assert!(generations.is_sorted_by(|one, other| one < other), "{generations:?}");
    assert_eq!(ledger.change_account(PersonId([0; 16]), AccountChange::Leave).await, Ok(false));
}

/// Of many who show the same code one signs in, and nobody with what is over.
pub async fn a_code_is_used_once_however_many_ask(place: &dyn Place) {
    let (ledger, beside) = (place.open().await, place.open().await);
    ledger.add_account(account(1)).await.expect("is stored");
    let person = account(1).person;
    let generation = async || ledger.account(person).await.expect("reads").expect("is there").generation;
    let first = generation().await;
    let (one, other) = tokio::join!(ledger.sign_in(person, first, 100, 50), beside.sign_in(person, first, 100, 51));
    assert_eq!(u8::from(one.expect("works")) + u8::from(other.expect("works")), 1);
    assert!(ledger.account(person).await.expect("reads").is_some_and(|account| account.signed_in_ms.is_some()));
    for (step, good) in [(100, false), (99, false), (101, true), (101, false)] {
        assert_eq!(beside.sign_in(person, first, step, 60).await, Ok(good), "{step}");
    }
    assert_eq!(generation().await, first, "signing in ends no session");
    ledger.change_account(person, AccountChange::Password(vec![9])).await.expect("works");
    assert_eq!(beside.sign_in(person, first, 200, 60).await, Ok(false), "the password was another one meanwhile");
    ledger.change_account(person, AccountChange::Disabled(70)).await.expect("works");
    assert_eq!(ledger.sign_in(person, generation().await, 200, 80).await, Ok(false));
    ledger.change_account(person, AccountChange::Enabled).await.expect("works");
    assert_eq!(ledger.sign_in(person, generation().await, 101, 80).await, Ok(false), "is remembered");
    ledger.change_account(person, AccountChange::Totp(vec![1])).await.expect("works");
    assert_eq!(ledger.sign_in(person, generation().await, 101, 80).await, Ok(true), "of another secret");
}

/// Nobody fills the ledger with people.
pub async fn there_is_an_end_of_accounts(place: &dyn Place) {
    let ledger = place.open().await;
    let many = u16::try_from(ACCOUNTS).expect("a thousand");
    for number in 0..many {
        assert_eq!(ledger.add_account(account(number)).await, Ok(AddedAccount::Added));
    }
    assert_eq!(ledger.add_account(account(many)).await, Ok(AddedAccount::Full));
}

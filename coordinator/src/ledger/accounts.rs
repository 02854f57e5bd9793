//! People who sign in at the desk: what they may do there, and what they show that they are who they say.
//!
//! The ledger knows nothing of passwords and codes; it keeps what whoever checks them has made of them. Accounts are never
//! deleted, since what people did names them; they are disabled. Every change that takes something away gives an account
//! another *generation*, by which a session notices, in this process or in another, that it is over.

use async_trait::async_trait;
use kuager_wire::ids::PersonId;

use super::error::LedgerError;

/// Accounts there may be, disabled ones included.
pub const ACCOUNTS: u32 = 1000;

/// What somebody does at the desk. No role holds another one: who does two things has two roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeskRole {
    /// Sees how the coordinator is doing, and who looked at what.
    Admin,
    /// Leads the observation: asks observers for something, looks after devices.
    Coordinator,
    /// Types protocols off photos, without seeing what others read there.
    Transcriber,
    /// Reads everything, and what it comes to.
    Analyst,
    /// Makes what leaves the house.
    Publisher,
    /// Reads.
    ReadOnly,
}

impl DeskRole {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Coordinator, Self::Transcriber, Self::Analyst, Self::Publisher, Self::ReadOnly];

    /// A stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Coordinator => "coordinator",
            Self::Transcriber => "transcriber",
            Self::Analyst => "analyst",
            Self::Publisher => "publisher",
            Self::ReadOnly => "read-only",
        }
    }

    /// Its place in a set; never given to another role.
    const fn bit(self) -> u8 {
        match self {
            Self::Admin => 1,
            Self::Coordinator => 1 << 1,
            Self::Transcriber => 1 << 2,
            Self::Analyst => 1 << 3,
            Self::Publisher => 1 << 4,
            Self::ReadOnly => 1 << 5,
        }
    }
}

/// The roles of one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DeskRoles(u8);

impl DeskRoles {
    /// Whether this is one of them.
    #[must_use]
    pub const fn has(self, role: DeskRole) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every role.
    #[must_use]
    pub fn all() -> Self {
        DeskRole::ALL.into_iter().collect()
    }

    /// Each of them, in the order of [`DeskRole::ALL`].
    pub fn iter(self) -> impl Iterator<Item = DeskRole> {
        DeskRole::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// As a number that keeps its meaning.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Of such a number; what a later version meant by other bits is left out.
    #[must_use]
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & Self::all().0)
    }
}

impl FromIterator<DeskRole> for DeskRoles {
    fn from_iter<T: IntoIterator<Item = DeskRole>>(roles: T) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

/// A new account.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its person.
    pub person: PersonId,
    /// What people call them.
    pub name: String,
    /// The name as names are compared.
    pub handle: String,
    /// What they may do.
    pub roles: DeskRoles,
    /// What their password is checked against.
    pub password: Vec<u8>,
    /// What their codes are checked against, sealed.
    pub totp: Vec<u8>,
    /// When it was made, milliseconds since 1970.
    pub created_ms: u64,
}

/// An account as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its person.
    pub person: PersonId,
    /// What people call them.
    pub name: String,
    /// What they may do.
    pub roles: DeskRoles,
    /// What their password is checked against.
    pub password: Vec<u8>,
    /// What their codes are checked against, sealed.
    pub totp: Vec<u8>,
    /// Another number after every change that ends sessions.
    pub generation: u64,
    /// When it was made, milliseconds since 1970.
    pub created_ms: u64,
    /// Since when they may not sign in.
    pub disabled_ms: Option<u64>,
    /// When they last signed in.
    pub signed_in_ms: Option<u64>,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("NewAccount").field("person", &self.person).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Account").field("person", &self.person).finish_non_exhaustive()
    }
}

/// What became of a new account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedAccount {
    /// It is there.
    Added,
    /// Somebody has this name.
    NameTaken,
    /// There are [`ACCOUNTS`] already.
    Full,
}

/// A change of an account. Each one ends its sessions.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Other roles.
    Roles(DeskRoles),
    /// Another password.
    Password(Vec<u8>),
    /// Another secret for codes.
    Totp(Vec<u8>),
    /// They may not sign in any more, since this moment.
    Disabled(u64),
    /// They may sign in again.
    Enabled,
    /// Nothing but that all sessions are over.
    Leave,
}

/// Who may sign in.
#[async_trait]
pub trait Accounts {
    /// Whether there is any account, disabled ones included. Once there is, there always is.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn has_accounts(&self) -> Result<bool, LedgerError>;

    /// All accounts, by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn accounts(&self) -> Result<Vec<Account>, LedgerError>;

    /// One person's account.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn account(&self, person: PersonId) -> Result<Option<Account>, LedgerError>;

    /// The account of who is called so, by the name as names are compared.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn account_named(&self, handle: &str) -> Result<Option<Account>, LedgerError>;

    /// Stores a new account.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn add_account(&self, account: NewAccount) -> Result<AddedAccount, LedgerError>;

    /// Changes an account and gives it another generation; `false` when there is none.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn change_account(&self, person: PersonId, change: AccountChange) -> Result<bool, LedgerError>;

    /// Somebody signs in with the code of this step: `true` for the first who does, as long as the account is of this
    /// generation and not disabled. No code of this step or of an earlier one is good after that.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn sign_in(&self, person: PersonId, generation: u64, step: u64, now_ms: u64) -> Result<bool, LedgerError>;
}

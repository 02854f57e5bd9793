//! What expressions read as `$name`: parameters of the form, and answers carried from earlier records.

use minicbor::{Decode, Encode};

/// A value expressions read as `$name`: what differs between elections that are otherwise counted alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameter {
    /// A whole number.
    Int(i64),
    /// A switch.
    Bool(bool),
    /// Text, such as the code of an annex.
    Text(String),
}

impl<C> Encode<C> for Parameter {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Int(number) => encoder.i64(*number)?.ok(),
            Self::Bool(switch) => encoder.bool(*switch)?.ok(),
            Self::Text(text) => encoder.str(text)?.ok(),
        }
    }
}

impl<'b, C> Decode<'b, C> for Parameter {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        use minicbor::data::Type;
        let at = decoder.position();
        match decoder.datatype()? {
            Type::Bool => decoder.bool().map(Self::Bool),
            Type::String => decoder.str().map(|text| Self::Text(text.to_owned())),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                decoder.i64().map(Self::Int)
            }
            other => Err(minicbor::decode::Error::message(format!("a parameter cannot be a {other}")).at(at)),
        }
    }
}

/// Which records of this device at the same station a [`Carried`] value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum CarriedFrom {
    /// The last record that answers the question: the one noted last, or where [`Carried::by`] is given the one that is for
    /// the latest hour.
    #[n(1)]
    Latest,
    /// All of them, the first one first: a list.
    #[n(2)]
    All,
    /// Of those that are for an earlier hour than this record, the last. Needs [`Carried::by`], which this form asks too.
    #[n(3)]
    Before,
    /// Of those that are for a later hour than this record, the first. Needs [`Carried::by`], which this form asks too.
    #[n(4)]
    After,
}

/// An answer of earlier records at the same station that expressions of this form read as `$name`: the last turnout
/// told, compared with the protocol. Missing while there is no such record. Superseded and training records are left out.
///
/// Records are in the order of noting unless `by` says what they are for: a figure for ten o'clock may be noted after that
/// for twelve, and still comes before it. What is compared with one another comes from one record, see `with`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Carried {
    /// The name after `$`.
    #[n(1)]
    pub name: String,
    /// The form those records answer.
    #[n(2)]
    pub form: String,
    /// The question.
    #[n(3)]
    pub question: String,
    /// Which records.
    #[n(4)]
    pub from: CarriedFrom,
    /// The question of that form which says what a record is for, such as the hour of a figure: a choice, a number, a time or
    /// a date. Records stand in its order, of several for the same the one noted last; those that do not answer it are left out.
    #[n(5)]
    pub by: Option<String>,
    /// Where `by` is a choice: its keys, in order.
    #[n(6)]
    pub order: Option<Vec<String>>,
    /// Questions of that form of which the record must answer one; absent: the question itself. So two values can be had from
    /// one record: the count, and the hour of the record that has the count.
    #[n(7)]
    pub with: Option<Vec<String>>,
}

impl Carried {
    /// An answer in the order of noting.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        form: impl Into<String>,
        question: impl Into<String>,
        from: CarriedFrom,
    ) -> Self {
        let (name, form, question) = (name.into(), form.into(), question.into());
        Self { name, form, question, from, by: None, order: None, with: None }
    }
}

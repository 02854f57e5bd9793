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
    /// The newest record that answers the question.
    #[n(1)]
    Latest,
    /// All of them, oldest first: a list.
    #[n(2)]
    All,
}

/// An answer of earlier records at the same station that expressions of this form read as `$name`: the last turnout
/// told, compared with the protocol. Missing while there is no such record. Superseded and training records are left out.
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
}

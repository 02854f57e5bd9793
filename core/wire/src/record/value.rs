//! Answers as they are signed.

use minicbor::{Decode, Encode};

use crate::canonical::TextMap;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number: an integer, a decimal scaled by the form, a time in minutes after local midnight.
    Int(i64),
    /// A choice's key, or free text.
    Text(String),
    /// Several choices, or the entries of a repeat group.
    List(Vec<Value>),
    /// One entry of a repeat group.
    Group(TextMap<Value>),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    #[must_use]
    pub const fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// Whether it says nothing: blank text, an empty list. Treated as no answer at all.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Int(_) | Self::Group(_) => false,
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Int(number) => encoder.i64(*number)?.ok(),
            Self::Text(text) => encoder.str(text)?.ok(),
            Self::List(values) => values.encode(encoder, context),
            Self::Group(group) => group.encode(encoder, context),
        }
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(decoder: &mut minicbor::Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        use minicbor::data::Type;
        let at = decoder.position();
        match decoder.datatype()? {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                decoder.i64().map(Self::Int)
            }
            Type::String => decoder.str().map(|text| Self::Text(text.to_owned())),
            Type::Array => Vec::decode(decoder, context).map(Self::List),
            Type::Map => TextMap::decode(decoder, context).map(Self::Group),
            other => Err(minicbor::decode::Error::message(format!("an answer cannot be a {other}")).at(at)),
        }
    }
}

/// Answers by question id.
pub type Answers = TextMap<Value>;

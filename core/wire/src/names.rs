//! Stable names of variants: in pack sources, in expressions, in logs, in what is signed. Every enum that has them has them
//! the same way, so there is one place that says how.

/// Gives an enum `ALL`, `name` and `from_name`, from its variants as strum derives them (`EnumString`, `IntoStaticStr`,
/// `VariantArray`). The text says what the name is for.
#[macro_export]
macro_rules! named {
    ($type:ident: $name:literal) => {
        impl $type {
            /// All of them, in order.
            pub const ALL: &[Self] = <Self as ::strum::VariantArray>::VARIANTS;

            #[doc = $name]
            #[must_use]
            pub fn name(self) -> &'static str {
                self.into()
            }

            /// The one with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                name.parse().ok()
            }
        }
    };
}

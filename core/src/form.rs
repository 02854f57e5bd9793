//! A form as drafts answer it: read once, and used for every key pressed and for sealing.

use kuager_forms::{CompiledForm, FormError};
use kuager_wire::form::Form;

/// A form, and what it means where this release can interpret it. What cannot be interpreted can still be filled in.
#[derive(Debug)]
pub struct ReadForm(Result<CompiledForm, (Form, FormError)>);

impl ReadForm {
    /// Reads a form. This parses every expression of it: do it once.
    #[must_use]
    pub fn new(form: &Form) -> Self {
        #[cfg(test)]
        READ.set(READ.get() + 1);
        Self(CompiledForm::new(form).map_err(|error| (form.clone(), error)))
    }

    /// The form itself.
    #[must_use]
    pub const fn form(&self) -> &Form {
        match &self.0 {
            Ok(compiled) => compiled.form(),
            Err((form, _)) => form,
        }
    }

    /// What it means.
    ///
    /// # Errors
    /// [`FormError`] when this release cannot interpret it.
    pub fn meaning(&self) -> Result<&CompiledForm, FormError> {
        self.0.as_ref().map_err(|(_, error)| error.clone())
    }
}

#[cfg(test)]
thread_local! {
    static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Forms that this thread has read.
#[cfg(test)]
pub(crate) fn reads() -> usize {
    READ.get()
}

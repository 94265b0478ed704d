//! Which values and which other phrases each phrase of a Fluent file uses.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What one phrase uses.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Uses {
    /// The names of values: `$ville`.
    pub(super) variables: BTreeSet<String>,
    /// The ids of phrases: `{ promesse }`.
    pub(super) phrases: BTreeSet<String>,
}

/// What each phrase of the file uses, its other forms included, directly or through another phrase.
pub(super) fn of(resource: &FluentResource) -> BTreeMap<String, Uses> {
    let mut all = BTreeMap::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            let mut uses = Uses::default();
            let forms = message.attributes.iter().map(|form| &form.value);
            message.value.iter().chain(forms).for_each(|pattern| uses.pattern(pattern));
            all.insert(message.id.name.to_owned(), uses);
        }
    }
    let ids: Vec<_> = all.keys().cloned().collect();
    for id in ids {
        let whole = closure(&all, &id);
        all.insert(id, whole);
    }
    all
}

fn closure(all: &BTreeMap<String, Uses>, id: &str) -> Uses {
    let mut whole = Uses::default();
    let mut waiting = vec![id.to_owned()];
    while let Some(uses) = waiting.pop().and_then(|next| all.get(&next)) {
        whole.variables.extend(uses.variables.iter().cloned());
        let new: Vec<_> = uses.phrases.difference(&whole.phrases).cloned().collect();
        whole.phrases.extend(new.iter().cloned());
        waiting.extend(new.into_iter().filter(|phrase| all.contains_key(phrase)));
    }
    whole
}

impl Uses {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
            Expression::Inline(inline) => self.inline(inline),
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => drop(self.variables.insert(id.name.to_owned())),
            InlineExpression::MessageReference { id, .. } => drop(self.phrases.insert(id.name.to_owned())),
            InlineExpression::FunctionReference { arguments, .. }
            | InlineExpression::TermReference { arguments: Some(arguments), .. } => self.arguments(arguments),
            InlineExpression::Placeable { expression } => self.expression(expression),
            _ => {}
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        arguments.positional.iter().for_each(|value| self.inline(value));
    }
}

//! `sum` over float64 without rounding on the way: the result does not depend on the order of rows or on partitions.
//!
//! Each group keeps its sum as an expansion of floats that do not overlap (J. R. Shewchuk, Adaptive Precision
//! Floating-Point Arithmetic, 1997); only the last step rounds. Other types go to the engine's own `sum`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Float64Builder, ListBuilder};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::sum::Sum;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, Signature};
use smallvec::SmallVec;

#[derive(Debug, PartialEq, Eq, Hash)]
pub struct ExactSum {
    inner: Sum,
}

impl ExactSum {
    pub fn new() -> Self {
        Self { inner: Sum::new() }
    }
}

impl Default for ExactSum {
    fn default() -> Self {
        Self::new()
    }
}

fn is_exact(args: &AccumulatorArgs<'_>) -> bool {
    *args.return_field.data_type() == DataType::Float64 && !args.is_distinct
}

impl AggregateUDFImpl for ExactSum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arg_types)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if is_exact(&args) { Ok(Box::new(One::default())) } else { self.inner.accumulator(args) }
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        if *args.return_field.data_type() == DataType::Float64 && !args.is_distinct {
            let item = Arc::new(Field::new_list_field(DataType::Float64, true));
            return Ok(vec![Arc::new(Field::new(format!("{}[expansion]", args.name), DataType::List(item), true))]);
        }
        self.inner.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        is_exact(&args) || self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        if is_exact(&args) { Ok(Box::new(Many::default())) } else { self.inner.create_groups_accumulator(args) }
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.inner.create_sliding_accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// Floats of a sum that need no memory beside it: more are rare.
const INLINE: usize = 3;

/// An exact sum: floats of growing size that do not overlap. Empty = nothing was added.
#[derive(Debug, Clone, Default)]
struct Expansion(SmallVec<[f64; INLINE]>);

impl Expansion {
    fn add(&mut self, mut x: f64) {
        let parts = self.0.as_mut_slice();
        let (mut index, mut kept) = (0, 0);
        while index < parts.len() {
            let mut y = parts[index];
            if x.abs() < y.abs() {
                (x, y) = (y, x);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                parts[kept] = low;
                kept += 1;
            }
            x = high;
            index += 1;
        }
        if kept == index {
            self.0.push(x);
        } else {
            parts[kept] = x;
            self.0.truncate(kept + 1);
        }
    }

    /// Bytes that it holds beside itself.
    fn heap(&self) -> usize {
        if self.0.spilled() { self.0.capacity() * size_of::<f64>() } else { 0 }
    }

    /// The sum, rounded once, half to even.
    fn value(&self) -> Option<f64> {
        let mut left = self.0.len().checked_sub(1)?;
        let mut high = self.0[left];
        let mut low = 0.0;
        while left > 0 {
            let (x, y) = (high, self.0[left - 1]);
            left -= 1;
            high = x + y;
            low = y - (high - x);
            if low != 0.0 {
                break;
            }
        }
        if left > 0 && ((low < 0.0 && self.0[left - 1] < 0.0) || (low > 0.0 && self.0[left - 1] > 0.0)) {
            let doubled = low * 2.0;
            let rounded = high + doubled;
            if doubled == rounded - high {
                high = rounded;
            }
        }
        Some(high)
    }
}

fn list(expansions: &[Expansion]) -> ArrayRef {
    let mut builder = ListBuilder::new(Float64Builder::new());
    for expansion in expansions {
        builder.values().append_slice(&expansion.0);
        builder.append(!expansion.0.is_empty());
    }
    Arc::new(builder.finish())
}

/// One sum, for a statement without GROUP BY.
#[derive(Debug, Default)]
struct One(Expansion);

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for value in values[0].as_primitive::<Float64Type>().iter().flatten() {
            self.0.add(value);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.0.value()))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.heap()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let array = list(std::slice::from_ref(&self.0));
        Ok(vec![ScalarValue::try_from_array(&array, 0)?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for part in states[0].as_list::<i32>().iter().flatten() {
            self.update_batch(&[part])?;
        }
        Ok(())
    }
}

/// One sum per group.
#[derive(Debug, Default)]
struct Many {
    sums: Vec<Expansion>,
    /// What the sums hold beside themselves, kept up to date: it is asked for after each batch.
    heap: usize,
}

impl Many {
    fn add(&mut self, group: usize, value: f64) {
        let sum = &mut self.sums[group];
        let before = sum.0.capacity();
        sum.add(value);
        if sum.0.capacity() > before {
            self.heap += (sum.0.capacity() - if before > INLINE { before } else { 0 }) * size_of::<f64>();
        }
    }

    fn take(&mut self, emit_to: EmitTo) -> Vec<Expansion> {
        let taken = emit_to.take_needed(&mut self.sums);
        self.heap -= taken.iter().map(Expansion::heap).sum::<usize>();
        taken
    }
}

impl GroupsAccumulator for Many {
    fn update_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], filter: Option<&BooleanArray>, groups: usize) -> Result<()> {
        self.sums.resize(groups, Expansion::default());
        let values = values[0].as_primitive::<Float64Type>();
        if values.null_count() == 0 && filter.is_none() {
            for (group, value) in group_indices.iter().zip(values.values()) {
                self.add(*group, *value);
            }
            return Ok(());
        }
        for (row, &group) in group_indices.iter().enumerate() {
            if values.is_valid(row) && filter.is_none_or(|f| f.is_valid(row) && f.value(row)) {
                self.add(group, values.value(row));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(Arc::new(self.take(emit_to).iter().map(Expansion::value).collect::<Float64Array>()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![list(&self.take(emit_to))])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], groups: usize) -> Result<()> {
        self.sums.resize(groups, Expansion::default());
        let lists = values[0].as_list::<i32>();
        for (row, &group) in group_indices.iter().enumerate() {
            if lists.is_valid(row) {
                for part in lists.value(row).as_primitive::<Float64Type>().iter().flatten() {
                    self.add(group, part);
                }
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let values = values[0].as_primitive::<Float64Type>();
        let kept = |row: usize| values.is_valid(row) && filter.is_none_or(|f| f.is_valid(row) && f.value(row));
        let rows: Vec<Expansion> =
            (0..values.len()).map(|row| Expansion(kept(row).then(|| values.value(row)).into_iter().collect())).collect();
        Ok(vec![list(&rows)])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<Expansion>() + self.heap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> Option<f64> {
        let mut expansion = Expansion::default();
        for v in values {
            expansion.add(*v);
        }
        expansion.value()
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        assert_eq!(sum(&[1e100, 1.0, -1e100]), Some(1.0));
        assert_eq!(sum(&[0.1; 10]), Some(1.0));
        assert_eq!(sum(&[]), None);
    }

    proptest::proptest! {
        /// Aggregates do not depend on the order of rows, or on how rows are split between partitions.
        #[test]
        fn order_and_partitions_do_not_matter(values in proptest::collection::vec(-1e12f64..1e12, 1..60), cut in 0usize..60) {
            let whole = sum(&values);
            let mut reversed = values.clone();
            reversed.reverse();
            assert_eq!(sum(&reversed).map(f64::to_bits), whole.map(f64::to_bits));
            let (a, b) = values.split_at(cut.min(values.len()));
            let mut parts = Many::default();
            for part in [b, a] {
                let mut one = Many::default();
                one.update_batch(&[Arc::new(Float64Array::from(part.to_vec()))], &vec![0; part.len()], None, 1).unwrap();
                let state = one.state(EmitTo::All).unwrap();
                parts.merge_batch(&state, &[0], 1).unwrap();
            }
            let merged = parts.evaluate(EmitTo::All).unwrap();
            assert_eq!(merged.as_primitive::<Float64Type>().value(0).to_bits(), whole.unwrap().to_bits());
        }
    }
}

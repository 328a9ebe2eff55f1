//! `sum` over float64 without rounding on the way: the result does not depend on the order of rows or on partitions.
//!
//! Each group keeps its sum as several floats, whose sum is exact; at the end they are brought into floats that do not
//! overlap (J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997), and only the last step rounds. Other types
//! go to the engine's own `sum`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Float64Builder, ListBuilder};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::sum::Sum;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, Signature};

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

/// An exact sum: its value is that of its floats together, of which the first three hold any sum whose numbers lie within
/// some 150 bits of one another. What is rounded off in each is carried to the next.
#[derive(Debug, Clone, Default)]
struct Exact {
    floats: [f64; 3],
    /// What the three have no room for.
    more: Option<Box<Expansion>>,
    /// Whether anything was added.
    some: bool,
}

impl Exact {
    /// Whether what is held beside it has grown.
    fn add(&mut self, x: f64) -> bool {
        self.some = true;
        let (sum, rest) = exact(self.floats[0], x);
        self.floats[0] = sum;
        if !sum.is_finite() {
            return false;
        }
        let (sum, rest) = exact(self.floats[1], rest);
        self.floats[1] = sum;
        let (sum, rest) = exact(self.floats[2], rest);
        self.floats[2] = sum;
        if rest == 0.0 {
            return false;
        }
        self.more.get_or_insert_default().add(rest);
        true
    }

    /// Bytes that it holds beside itself.
    fn heap(&self) -> usize {
        self.more.as_ref().map_or(0, |more| size_of::<Expansion>() + more.0.capacity() * size_of::<f64>())
    }

    fn expansion(&self) -> Expansion {
        if !self.floats[0].is_finite() {
            return Expansion(vec![self.floats[0]]);
        }
        let mut whole = self.more.as_deref().cloned().unwrap_or_default();
        self.floats.iter().rev().filter(|float| **float != 0.0).for_each(|float| whole.add(*float));
        if self.some && whole.0.is_empty() {
            whole.0.push(0.0);
        }
        whole
    }

    fn value(&self) -> Option<f64> {
        self.expansion().value()
    }
}

/// The sum of two floats, rounded, and what was rounded off (D. E. Knuth, The Art of Computer Programming, 2, 4.2.2).
fn exact(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// Floats of growing size that do not overlap. Empty = nothing was added.
#[derive(Debug, Clone, Default)]
struct Expansion(Vec<f64>);

impl Expansion {
    fn add(&mut self, mut x: f64) {
        let mut kept = 0;
        for index in 0..self.0.len() {
            let mut y = self.0[index];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                self.0[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.0.truncate(kept);
        self.0.push(x);
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

fn list(sums: &[Exact]) -> ArrayRef {
    let mut builder = ListBuilder::new(Float64Builder::new());
    for sum in sums {
        builder.values().append_slice(&sum.expansion().0);
        builder.append(sum.some);
    }
    Arc::new(builder.finish())
}

/// One sum, for a statement without GROUP BY.
#[derive(Debug, Default)]
struct One(Exact);

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
    sums: Vec<Exact>,
    /// What the sums hold beside themselves, kept up to date: it is asked for after each batch.
    heap: usize,
}

impl Many {
    fn add(&mut self, group: usize, value: f64) {
        let sum = &mut self.sums[group];
        let before = if sum.more.is_some() { sum.heap() } else { 0 };
        if sum.add(value) {
            self.heap += sum.heap() - before;
        }
    }

    fn take(&mut self, emit_to: EmitTo) -> Vec<Exact> {
        let taken = emit_to.take_needed(&mut self.sums);
        self.heap -= taken.iter().map(Exact::heap).sum::<usize>();
        taken
    }
}

impl GroupsAccumulator for Many {
    fn update_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], filter: Option<&BooleanArray>, groups: usize) -> Result<()> {
        self.sums.resize_with(groups, Exact::default);
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
        Ok(Arc::new(self.take(emit_to).iter().map(Exact::value).collect::<Float64Array>()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![list(&self.take(emit_to))])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], groups: usize) -> Result<()> {
        self.sums.resize_with(groups, Exact::default);
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
        let mut builder = ListBuilder::new(Float64Builder::new());
        for row in 0..values.len() {
            if kept(row) {
                builder.values().append_value(values.value(row));
            }
            builder.append(kept(row));
        }
        Ok(vec![Arc::new(builder.finish())])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<Exact>() + self.heap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> Option<f64> {
        let mut sum = Exact::default();
        for v in values {
            sum.add(*v);
        }
        sum.value()
    }

    #[test]
    fn nothing_is_lost_on_the_way() {
        assert_eq!(sum(&[1e100, 1.0, -1e100]), Some(1.0));
        assert_eq!(sum(&[0.1; 10]), Some(1.0));
        assert_eq!(sum(&[]), None);
        assert_eq!(sum(&[5.0, -5.0]), Some(0.0));
        assert_eq!(sum(&[1.0, f64::INFINITY, 2.0]), Some(f64::INFINITY));
        assert!(sum(&[f64::INFINITY, 1.0, f64::NEG_INFINITY]).is_some_and(f64::is_nan));
        // Wider than three floats.
        let wide: Vec<f64> = (-20..20).map(|n| 2f64.powi(52 * n) * 1.000_000_1).collect();
        let negative: Vec<f64> = wide.iter().skip(1).map(|n| -n).collect();
        assert_eq!(sum(&[wide.clone(), negative].concat()), Some(wide[0]));
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

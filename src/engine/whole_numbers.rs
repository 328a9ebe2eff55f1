//! `+`, `-` and `*` of whole numbers, and their sums, with an error where the result has no room. The engine begins anew from
//! the other end: 4 billion times 9 billion is then a number below zero, and nobody sees it.
//!
//! Products of 32 bits or less are refused before they run: see `indicator/engine_faults`.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array, UInt64Array};
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int64Type, UInt64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::{
    Accumulator, BinaryExpr, ColumnarValue, EmitTo, Expr, ExprSchemable, GroupsAccumulator, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr_common::datum::apply;

/// Ends the message of an error of this kind.
pub(super) const NO_ROOM: &str = "has no room in a whole number";

/// One of the three signs.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Whole {
    name: &'static str,
    operator: Operator,
    signature: Signature,
}

/// The three functions; they have names, since workers are sent names.
pub(super) static FUNCTIONS: LazyLock<[Arc<ScalarUDF>; 3]> = LazyLock::new(|| {
    let signature = Signature::user_defined(Volatility::Immutable);
    [("whole_plus", Operator::Plus), ("whole_minus", Operator::Minus), ("whole_times", Operator::Multiply)]
        .map(|(name, operator)| Arc::new(ScalarUDF::from(Whole { name, operator, signature: signature.clone() })))
});

/// Whether a function stands for a sign.
pub fn is_ours(function: &ScalarUDF) -> bool {
    function.inner().is::<Whole>()
}

fn no_room(what: &str) -> DataFusionError {
    DataFusionError::Execution(format!("{what} {NO_ROOM}"))
}

impl ScalarUDFImpl for Whole {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        types.first().cloned().ok_or_else(|| DataFusionError::Plan(format!("`{}` takes two numbers", self.name)))
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [left, right] = types else { return Err(DataFusionError::Plan(format!("`{}` takes two numbers", self.name))) };
        let (left, right) = BinaryTypeCoercer::new(left, &self.operator, right).get_input_types()?;
        Ok(vec![left, right])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = &args.args[..] else { return Err(DataFusionError::Plan(format!("`{}` takes two numbers", self.name))) };
        let (computed, what) = match self.operator {
            Operator::Plus => (apply(left, right, numeric::add), "a sum"),
            Operator::Minus => (apply(left, right, numeric::sub), "a difference"),
            _ => (apply(left, right, numeric::mul), "a product"),
        };
        computed.map_err(|_| no_room(what))
    }
}

/// Puts the functions in the place of the signs.
#[derive(Debug)]
pub(super) struct WithRoom;

impl FunctionRewrite for WithRoom {
    fn name(&self) -> &'static str {
        "whole_numbers_with_room"
    }

    fn rewrite(&self, expression: Expr, schema: &DFSchema, _: &ConfigOptions) -> Result<Transformed<Expr>> {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = &expression else { return Ok(Transformed::no(expression)) };
        let Some(function) =
            FUNCTIONS.iter().find(|function| function.inner().downcast_ref::<Whole>().is_some_and(|one| one.operator == *op))
        else {
            return Ok(Transformed::no(expression));
        };
        let whole = |side: &Expr| side.get_type(schema).is_ok_and(|kind| kind.is_integer());
        let kind = expression.get_type(schema);
        let wide = matches!(kind, Ok(DataType::Int64 | DataType::UInt64));
        if !whole(left) || !whole(right) || !kind.is_ok_and(|kind| kind.is_integer()) || *op == Operator::Multiply && !wide {
            return Ok(Transformed::no(expression));
        }
        let args = vec![(**left).clone(), (**right).clone()];
        Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction::new_udf(Arc::clone(function), args))))
    }
}

/// The sum of whole numbers, in more bits than they have.
#[derive(Debug, Clone, Copy, Default)]
struct Sum(Option<i128>);

impl Sum {
    fn add(&mut self, number: i128) {
        self.0 = Some(self.0.unwrap_or_default().saturating_add(number));
    }
}

/// The type that parts of a sum have on their way.
pub(super) const STATE: DataType = DataType::Decimal128(38, 0);

/// Numbers as wide as sums are.
fn numbers(array: &ArrayRef) -> Vec<Option<i128>> {
    match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().map(|one| one.map(i128::from)).collect(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().iter().map(|one| one.map(i128::from)).collect(),
        _ => array.as_primitive::<Decimal128Type>().iter().collect(),
    }
}

fn sums(sums: &[Sum], kind: &DataType) -> Result<ArrayRef> {
    let all = || sums.iter().map(|sum| sum.0);
    let fail = |_| no_room("a sum");
    if *kind == DataType::UInt64 {
        let all: Result<Vec<_>, _> = all().map(|sum| sum.map(u64::try_from).transpose()).collect();
        return Ok(Arc::new(UInt64Array::from(all.map_err(fail)?)));
    }
    let all: Result<Vec<_>, _> = all().map(|sum| sum.map(i64::try_from).transpose()).collect();
    Ok(Arc::new(Int64Array::from(all.map_err(fail)?)))
}

fn state(sums: &[Sum]) -> Result<ArrayRef> {
    let sums: Decimal128Array = sums.iter().map(|sum| sum.0).collect();
    Ok(Arc::new(sums.with_precision_and_scale(38, 0)?))
}

/// One sum, for a statement without GROUP BY.
#[derive(Debug)]
pub(super) struct One {
    sum: Sum,
    kind: DataType,
}

impl One {
    pub(super) fn new(kind: &DataType) -> Self {
        Self { sum: Sum::default(), kind: kind.clone() }
    }
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        numbers(&values[0]).into_iter().flatten().for_each(|number| self.sum.add(number));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&sums(&[self.sum], &self.kind)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::try_from_array(&state(&[self.sum])?, 0)?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }
}

/// One sum per group.
#[derive(Debug)]
pub(super) struct Many {
    sums: Vec<Sum>,
    kind: DataType,
}

impl Many {
    pub(super) fn new(kind: &DataType) -> Self {
        Self { sums: Vec::new(), kind: kind.clone() }
    }
}

impl GroupsAccumulator for Many {
    fn update_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], filter: Option<&BooleanArray>, groups: usize) -> Result<()> {
        self.sums.resize(groups, Sum::default());
        let kept = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        for (row, (number, &group)) in numbers(&values[0]).into_iter().zip(group_indices).enumerate() {
            if let Some(number) = number
                && kept(row)
            {
                self.sums[group].add(number);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        sums(&emit_to.take_needed(&mut self.sums), &self.kind)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![state(&emit_to.take_needed(&mut self.sums))?])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], groups: usize) -> Result<()> {
        self.update_batch(values, group_indices, None, groups)
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let kept = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        let numbers = numbers(&values[0]).into_iter().enumerate();
        let each: Vec<Sum> = numbers.map(|(row, number)| Sum(number.filter(|_| kept(row)))).collect();
        Ok(vec![state(&each)?])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<Sum>()
    }
}

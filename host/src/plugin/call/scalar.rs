//! Calls whose arguments and result are in registers. They need no frame, and nothing in memory.

use super::CallPath;
use super::failure::{broken, guard};
use crate::error::{Error, MethodRef, ProtocolError};
use crate::running::contain::contain;
use crate::running::instance::Instance;
use plugix_abi::interface::{
    DecodeError, EncodeArgs, FailureOf, MAX_REGISTERS, Method, Registers, Return, ReturnOf, ValueOf,
};
use plugix_abi::{Status, UnknownStatus, export};
use wasmer::{RuntimeError, Store, TypedFunction};

/// The export of a method that takes registers, by how many it takes. See [`export::SCALAR_PREFIX`].
#[derive(Debug)]
pub(crate) enum ScalarMethod {
    Of0(TypedFunction<(), u64>),
    Of1(TypedFunction<u64, u64>),
    Of2(TypedFunction<(u64, u64), u64>),
    Of3(TypedFunction<(u64, u64, u64), u64>),
    Of4(TypedFunction<(u64, u64, u64, u64), u64>),
}

impl ScalarMethod {
    /// The export of this name for this many arguments, if there is one.
    pub(crate) fn find(instance: &Instance, name: &str, args: usize) -> Option<Self> {
        match args {
            0 => instance.function(name).map(Self::Of0),
            1 => instance.function(name).map(Self::Of1),
            2 => instance.function(name).map(Self::Of2),
            3 => instance.function(name).map(Self::Of3),
            MAX_REGISTERS => instance.function(name).map(Self::Of4),
            _ => None,
        }
    }

    /// Calls the method. `args` is the number of arguments that it was found for. It is a constant where this is
    /// inlined, so only one arm remains.
    #[inline]
    fn call(&self, store: &mut Store, args: usize, [a, b, c, d]: Registers) -> Result<u64, RuntimeError> {
        match self {
            Self::Of0(function) if args == 0 => function.call(store),
            Self::Of1(function) if args == 1 => function.call(store, a),
            Self::Of2(function) if args == 2 => function.call(store, a, b),
            Self::Of3(function) if args == 3 => function.call(store, a, b, c),
            Self::Of4(function) if args == MAX_REGISTERS => function.call(store, a, b, c, d),
            _ => unreachable!("a method has as many arguments as it was found for"),
        }
    }
}

impl CallPath {
    /// Calls a method of an interface in registers.
    #[inline]
    pub(super) fn call_scalar<I, const METHOD: usize, A>(
        &mut self,
        instance: &mut Instance,
        method: &ScalarMethod,
        args: &A,
        name: &MethodRef<'_>,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Error>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        let mut registers: Registers = [0; MAX_REGISTERS];
        args.bits(&mut registers, 0);
        let count = I::METHODS[METHOD].args.len();
        let packed = contain(|| method.call(&mut instance.store, count, registers));
        let packed = packed.map_err(|error| instance.end_in(&error, name))?;
        let (status, value) = ((packed >> 32) as u32, packed as u32);
        if status != Status::Ok as u32 {
            return Err(self.scalar_failure(instance, name, status).into());
        }
        // The method's type has no such value, so the plugin is dead.
        let wrong = || broken(instance, name, DecodeError::Scalar(value).into());
        Ok(ReturnOf::<I, METHOD>::scalar(value).ok_or_else(wrong)?)
    }

    /// Asks the plugin why a call in registers failed.
    #[cold]
    fn scalar_failure(&mut self, instance: &mut Instance, name: &MethodRef<'_>, status: u32) -> Error {
        let told = match Status::try_from(status) {
            Ok(Status::Panic | Status::BadArguments) => instance
                .function(export::FAILURE)
                .ok_or_else(|| ProtocolError::Export { name: export::FAILURE.to_owned(), expected: "fn(i32) -> i32" }),
            // Such a method can't end in any other way.
            _ => Err(UnknownStatus(status).into()),
        };
        let told = guard(instance, name, |_, _| told).and_then(|failure| self.run(instance, &failure, &(), name));
        match told {
            Ok(status) => self.failure(instance, name, status),
            Err(error) => error,
        }
    }
}

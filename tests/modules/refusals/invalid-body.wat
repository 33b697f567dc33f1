;; Has a function that returns nothing where it promises a number.
(module
  (memory (export "memory") 1)
  (func (export "_initialize"))
  (func (export "broken") (result i32)))

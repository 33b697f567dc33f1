;; Is to be linked at run time.
(module
  (@custom "dylink.0" (before first) "")
  (memory (export "memory") 1)
  (func (export "_initialize")))

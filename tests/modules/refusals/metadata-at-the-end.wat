;; Its metadata begins at the very end of all addresses.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const -2))
  (func (export "_initialize")))

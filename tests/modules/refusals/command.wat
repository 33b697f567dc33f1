;; Is a plugin in all but that it runs once.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 0))
  (func (export "_start")))

;; Is a plugin in all but that it can't be initialized.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 0)))

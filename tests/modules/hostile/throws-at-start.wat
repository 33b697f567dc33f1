;; Throws for ever as it starts, and imports nothing.
(module
  (memory (export "memory") 1)
  (global (export "plugix_metadata") i32 (i32.const 0))
  (tag $e)
  (func $throw (throw $e))
  (func (export "_initialize")
    (loop $again
      (drop (block $one (result exnref) (try_table (catch_all_ref $one) (call $throw)) (unreachable)))
      (br $again))))

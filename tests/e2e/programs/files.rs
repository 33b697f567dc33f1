//! Files and folders, in each sort of folder.

use super::same;

same! { same_in_folders, "files":
    appending { four_handles, one_handle }
    contents { holes, positions, random_reads, removed_while_open, truncated, while_it_grows }
    creating { again_and_again, folders, on_eight_threads, trees }
    errors { of_files, of_folders, of_full_folders, of_names, of_renaming }
    links { hard, relative }
    listing { complete, while_removing }
    locking { of_two, on_threads }
    permissions { of_new }
    random { calls, on_four_threads }
    replacing { a_cache, of_an_open_file }
    syncing { files, folders }
    times { both }
}

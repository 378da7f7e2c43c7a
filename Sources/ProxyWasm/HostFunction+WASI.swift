/// The host functions of WASI, under both of its names (proxy-wasm-cpp-host, `exports.h`).
extension HostFunction {
    static let wasi =
        table(
            """
            fd_write             iiii          i
            fd_read              iiii          i
            fd_seek              iIii          i
            fd_close             i             i
            fd_fdstat_get        ii            i
            environ_get          ii            i
            environ_sizes_get    ii            i
            args_get             ii            i
            args_sizes_get       ii            i
            clock_time_get       iIi           i
            random_get           ii            i
            proc_exit            i             -
            path_open            iiiiiIIii     i
            fd_prestat_get       ii            i
            fd_prestat_dir_name  iii           i
            """
        )
        + table(
            """
            fd_fdstat_set_flags  ii            i
            sched_yield          -             i
            poll_oneoff          iiii          i
            """,
            since: .year2025
        )
        // Envoy's `path_link` and `path_symlink` differ from WASI's, which take 7 and 5 numbers.
        + table(
            """
            fd_fdstat_set_rights     iII           i
            clock_res_get            ii            i
            fd_advise                iIIi          i
            fd_allocate              iII           i
            fd_datasync              i             i
            fd_filestat_get          ii            i
            fd_filestat_set_size     iI            i
            fd_filestat_set_times    iIIi          i
            fd_pread                 iiiIi         i
            fd_pwrite                iiiIi         i
            fd_readdir               iiiIi         i
            fd_renumber              ii            i
            fd_sync                  i             i
            fd_tell                  ii            i
            path_create_directory    iii           i
            path_filestat_get        iiiii         i
            path_filestat_set_times  iiiiIIi       i
            path_link                iiiiii        i
            path_readlink            iiiiii        i
            path_remove_directory    iii           i
            path_rename              iiiiii        i
            path_symlink             iiii          i
            path_unlink_file         iii           i
            sock_accept              iii           i
            sock_recv                iiiiii        i
            sock_send                iiiii         i
            sock_shutdown            ii            i
            """,
            since: .year2026
        )
}

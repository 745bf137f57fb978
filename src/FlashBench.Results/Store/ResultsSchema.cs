namespace FlashBench.Results.Store;

/// <summary>Tables and indexes of the results store, in SQLite's words.</summary>
internal static class ResultsSchema
{
    /// <summary>Goes up with every change of the tables, or of what a column means.</summary>
    public const int Version = 2;

    /// <summary>"FBRS": tells the file from other SQLite databases.</summary>
    public const int ApplicationId = 0x46425253;

    /// <summary>Makes everything in an empty file.</summary>
    /// <remarks>An index of a group carries all that `trend` asks of one, so that it never touches the rows; `list`
    /// walks the same indexes backwards.</remarks>
    public const string Create =
        """
        CREATE TABLE job (
          id INTEGER PRIMARY KEY, directory TEXT NOT NULL UNIQUE, state TEXT NOT NULL, job TEXT NOT NULL, kind TEXT,
          bench TEXT, host TEXT, dut TEXT, board TEXT, profile TEXT, me_family TEXT, me_generation INTEGER,
          me_version TEXT, me_sku TEXT, stock INTEGER, image TEXT, backup TEXT, written TEXT, policy TEXT,
          control TEXT, verdict TEXT, level TEXT, required TEXT, reason TEXT NOT NULL, error_class TEXT,
          open_checks TEXT NOT NULL, started INTEGER, ended INTEGER, duration_us INTEGER, programmer TEXT,
          simulated INTEGER, dirty INTEGER NOT NULL, resumes INTEGER NOT NULL, observed_us INTEGER, os_up_us INTEGER,
          longest_gap_us INTEGER, power_min_mw INTEGER, power_max_mw INTEGER, clock_ppm REAL, run TEXT, cycle INTEGER,
          attempt INTEGER, flaky INTEGER NOT NULL, counted INTEGER NOT NULL, settled INTEGER NOT NULL, software TEXT,
          records INTEGER NOT NULL, journal_bytes INTEGER NOT NULL, journal_sha256 TEXT, chain_head TEXT) STRICT;
        CREATE TABLE boot (
          job INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE, number INTEGER NOT NULL, kind TEXT NOT NULL,
          class TEXT NOT NULL, observed_us INTEGER, os_up_us INTEGER, longest_gap_us INTEGER NOT NULL,
          power_min_mw INTEGER, power_max_mw INTEGER, clock_ppm REAL, PRIMARY KEY (job, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE folder (path TEXT PRIMARY KEY, changed INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX job_by_time ON job(started, directory);
        CREATE INDEX job_by_me ON job(me_version, started, verdict, flaky, os_up_us, counted);
        CREATE INDEX job_by_board ON job(dut, started, verdict, flaky, os_up_us, counted);
        CREATE INDEX job_by_bench ON job(bench, started, verdict, flaky, os_up_us, counted);
        CREATE INDEX job_by_programmer ON job(programmer, started, verdict, flaky, os_up_us, counted);
        CREATE INDEX job_by_image ON job(image, started, verdict, flaky, os_up_us, counted);
        CREATE INDEX job_by_verdict ON job(verdict, started);
        CREATE INDEX job_by_run ON job(run, cycle) WHERE run IS NOT NULL;
        CREATE INDEX job_by_id ON job(job);
        CREATE INDEX job_open ON job(directory) WHERE settled = 0;
        """;
}

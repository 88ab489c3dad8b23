/// The independent strict PST checker of the shared test material.
public enum StrictChecker {
    /// The last line of `pstcheck --fresh` for a file, or everything it said if it found an error or a warning;
    /// nil where the checker is missing.
    public static func complaints(about path: String) throws -> String? {
        guard let shared = SharedMaterial.folder else { return nil }
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--fresh", "--max", "5", path])
        let isClean = run.status == 0 && run.outputText.contains(" 0 errors, 0 warnings")
        return isClean ? "" : run.transcript
    }
}

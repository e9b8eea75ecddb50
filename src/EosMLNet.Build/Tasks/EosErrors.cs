namespace EosMLNet.Build.Tasks;

/// <summary>
/// The library's codes for the faults that the task itself finds. The task carries no other assembly, so they are written here again; a
/// test compares them.
/// </summary>
internal static class EosErrors
{
    internal const string FileMissing = "EOS1001";
    internal const string InvalidOption = "EOS1013";
    internal const string DuplicateOutput = "EOS1016";
    internal const string CannotWrite = "EOS2003";
    internal const string WorkerEnded = "EOS2006";
    internal const string WorkerTimeout = "EOS2007";
    internal const string ArtifactMissing = "EOS4008";
}

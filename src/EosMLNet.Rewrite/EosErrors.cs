namespace EosMLNet.Rewrite;

/// <summary>
/// The library's codes for the faults that the task finds. The task carries no assembly of ours, so they are written here again; a test
/// compares them.
/// </summary>
internal static class EosErrors
{
    internal const string CannotWrite = "EOS2003";
    internal const string MlTorchSharp = "EOS2012";
}

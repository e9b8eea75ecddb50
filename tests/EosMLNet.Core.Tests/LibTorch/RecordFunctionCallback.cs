using System.Runtime.InteropServices;

namespace EosMLNet.Tests.LibTorch;

/// <summary>
/// libtorch's at::RecordFunctionCallback (ATen/record_function.h of 2.10), which is passed by value: functions that are called before and
/// behind each operator of a thread.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RecordFunctionCallback
{
    /// <summary>How many kinds of scopes there are.</summary>
    internal const int ScopeCount = 10;

    /// <summary>Its first argument is where the result goes, a std::unique_ptr; its second the at::RecordFunction.</summary>
    internal delegate* unmanaged<nint*, nint, nint*> Start;
    internal delegate* unmanaged<nint, nint, void> End;
    internal double SamplingProbability;
    /// <summary>The kinds of scopes that are asked about: operators are the first kind.</summary>
    internal fixed byte Scopes[ScopeCount];
    internal byte NeedsInputs, NeedsOutputs, NeedsIds;
}

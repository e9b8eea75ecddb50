using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Tool.CommandLine;

/// <summary>Exceptions of others that say that the machine has too little of something: memory, or room and permission.</summary>
internal static class MachineFault
{
    // libtorch on a processor and on a GPU, ONNX Runtime, C++.
    private static readonly string[] Shortages = ["allocate memory", "out of memory", "Failed to allocate", "bad_alloc"];

    /// <summary>The fault in words; <see langword="null"/> where it is another.</summary>
    internal static EosException? Of(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException) // of a thread that cannot start, say
            if (IsShortage(cause))
                return new(EosErrors.OutOfMemory,
                    $"There is too little memory: {cause.Message.Split('\n')[0]} Give the program more, or let it need less " +
                    "(--batch-size, --micro-batch, --recomputed-layers, --data-type); `eos doctor` tells what there is.", e);
        // Files that are named have words of their own: this is standard output, mostly.
        return e is not (IOException or UnauthorizedAccessException) ? null : new(EosErrors.CannotWrite,
            $"What the command tells, or one of its files, cannot be written: {e.Message} Check that there is room, and permission.", e);
    }

    private static bool IsShortage(Exception e) => e is OutOfMemoryException
        || e is ExternalException or OnnxRuntimeException
            && Shortages.Any(text => e.Message.Contains(text, StringComparison.OrdinalIgnoreCase));
}

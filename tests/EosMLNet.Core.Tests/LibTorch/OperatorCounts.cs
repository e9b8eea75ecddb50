using System.Runtime.InteropServices;
using EosMLNet.LibTorch;

namespace EosMLNet.Tests.LibTorch;

/// <summary>
/// What a thread gives to libtorch while an action runs, counted by libtorch's own profiler hooks. It is counted on the CPU, as what a GPU
/// would be given.
/// </summary>
/// <param name="Kernels">
/// How often each operator was called that computes. A GPU starts one kernel for most of them, and a few for some (sort, cumsum). Views and
/// allocations are none; of operators that only call others, the others count.
/// </param>
/// <param name="Reads">
/// How often the host needed numbers of a tensor, for which it waits until a GPU has done all before: <c>cpu()</c>, and operators whose
/// result has a size that depends on numbers.
/// </param>
internal sealed unsafe record OperatorCounts(IReadOnlyDictionary<string, int> Kernels, int Reads)
{
    // Operators that only call others, or do nothing.
    private static readonly HashSet<string> Passed =
    [
        "to", "contiguous", "reshape", "flatten", "linear", "matmul", "softmax", "log_softmax", "scaled_dot_product_attention", "type_as", "masked_fill", "conv2d", "convolution", "layer_norm",
        "cdist", "item", "pad", "_pad_enum",
    ];
    // Operators that give another view of what is there, room for numbers, or facts.
    private static readonly HashSet<string> Views =
    [
        "as_strided", "as_strided_", "view", "_unsafe_view", "_reshape_alias", "view_as", "reshape_as", "slice", "narrow", "select", "transpose", "t", "permute", "unsqueeze", "squeeze", "expand", "expand_as",
        "alias", "detach", "detach_", "unflatten", "chunk", "split", "split_with_sizes", "unbind", "diagonal", "empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided", "resize_", "set_",
        "resolve_conj", "resolve_neg", "result_type", "lift_fresh", "movedim", "is_same_size", "squeeze_", "unsqueeze_",
    ];
    // Operators that read numbers, whatever calls them.
    private static readonly HashSet<string> Reading = ["_local_scalar_dense", "nonzero", "masked_select", "equal", "is_nonzero", "_unique2"];

    [ThreadStatic] private static Log? log;

    private static readonly nint Library = NativeLibrary.Load(LoadedLibraries.Find("torch_cpu")!);
    private static readonly delegate* unmanaged<RecordFunctionCallback, ulong> Add = (delegate* unmanaged<RecordFunctionCallback, ulong>)Export("_ZN2at22addThreadLocalCallbackENS_22RecordFunctionCallbackE");
    private static readonly delegate* unmanaged<ulong, void> Remove = (delegate* unmanaged<ulong, void>)Export("_ZN2at14removeCallbackEm");
    private static readonly delegate* unmanaged<nint, nint> Name = (delegate* unmanaged<nint, nint>)Export("_ZNK2at14RecordFunction4nameEv");
    private static readonly delegate* unmanaged<nint, nint> Overload = (delegate* unmanaged<nint, nint>)Export("_ZNK2at14RecordFunction13overload_nameEv");

    /// <summary>All kernels together.</summary>
    internal int KernelCount => Kernels.Values.Sum();

    /// <summary>Counts an action. Autograd's backward pass on the CPU runs on the same thread.</summary>
    internal static OperatorCounts Of(Action action)
    {
        var callback = new RecordFunctionCallback { Start = &Start, End = &End, SamplingProbability = 1 };
        callback.Scopes[0] = 1; // operators
        var counted = log = new Log();
        var handle = Add(callback);
        try
        {
            action();
        }
        finally
        {
            Remove(handle);
            log = null;
        }
        Assert.Null(counted.Fault);
        return new(counted.Kernels, counted.Reads);
    }

    /// <summary>What is left where another count is taken away.</summary>
    internal OperatorCounts Less(OperatorCounts other) => new(
        Kernels.Keys.Union(other.Kernels.Keys).ToDictionary(name => name, name => Kernels.GetValueOrDefault(name) - other.Kernels.GetValueOrDefault(name)), Reads - other.Reads);

    /// <summary>All in one line, the most frequent first.</summary>
    public override string ToString() => $"{Reads} reads, {KernelCount} kernels: {string.Join(", ", Kernels.Where(one => one.Value != 0).OrderByDescending(one => one.Value).ThenBy(one => one.Key).Select(one => $"{one.Value} {one.Key}"))}";

    [UnmanagedCallersOnly]
    private static nint* Start(nint* context, nint function)
    {
        *context = 0; // no context
        log?.Begin(Text(Name(function)), Text(Overload(function)));
        return context;
    }

    [UnmanagedCallersOnly]
    private static void End(nint function, nint context) => log?.End();

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text)!;

    private static nint Export(string name) => NativeLibrary.GetExport(Library, name);

    // The operators of one thread, some within others.
    private sealed class Log
    {
        private readonly Stack<Kind> open = new();

        private enum Kind { Passed, View, Read, Kernel }

        internal Dictionary<string, int> Kernels { get; } = [];

        internal int Reads { get; private set; }

        /// <summary>Why the counts are wrong; nothing may be thrown through native code.</summary>
        internal string? Fault { get; private set; }

        internal void Begin(string name, string overload)
        {
            var plain = name.StartsWith("aten::", StringComparison.Ordinal) ? name[6..] : name;
            // A node of autograd's graph calls operators, and is none.
            var isNode = plain.StartsWith("autograd::", StringComparison.Ordinal) || plain == name && !name.Contains("::");
            var within = open.Any(kind => kind is Kind.Kernel or Kind.Read);
            // TorchSharp's cpu() on the outside is this overload; within operators it converts types.
            var reads = Reading.Contains(plain) || plain == "to" && overload == "dtype_layout" && open.Count == 0;
            if (reads && !open.Contains(Kind.Read))
                Reads++;
            var kind = reads ? Kind.Read : Views.Contains(plain) ? Kind.View : isNode || Passed.Contains(plain) ? Kind.Passed : Kind.Kernel;
            if (kind == Kind.Kernel && !within)
                Kernels[plain] = Kernels.GetValueOrDefault(plain) + 1;
            open.Push(kind);
        }

        internal void End()
        {
            if (!open.TryPop(out _))
                Fault = "an operator ended that did not begin";
        }
    }
}

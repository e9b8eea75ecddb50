using EosMLNet;

namespace Load.Kinds;

/// <summary>All kinds of load.</summary>
internal static class LoadKinds
{
    internal static IReadOnlyList<LoadKind> All { get; } =
    [
        new ThreadsLoad(AnsweringEngine.Torch), new ThreadsLoad(AnsweringEngine.Onnx), new ServerLoad(), new ServiceLoad(),
    ];

    /// <summary>Those of these names; all where there are none.</summary>
    internal static IReadOnlyList<LoadKind> Named(IReadOnlyList<string> names) => names.Count == 0 ? All
        : [.. names.Select(name => All.FirstOrDefault(kind => kind.Name == name)
            ?? throw new ArgumentException($"There is no kind '{name}'; there are {string.Join(", ", All.Select(kind => kind.Name))}."))];
}

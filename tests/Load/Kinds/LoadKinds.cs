using EosMLNet;

namespace Load.Kinds;

/// <summary>All kinds of load.</summary>
internal static class LoadKinds
{
    internal static IReadOnlyList<LoadKind> All { get; } =
    [
        new ThreadsLoad(AnsweringEngine.Torch), new ThreadsLoad(AnsweringEngine.Onnx), new ServerLoad(), new ServiceLoad(),
    ];
}

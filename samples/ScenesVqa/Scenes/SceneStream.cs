using EosMLNet.Checkpoints;

namespace ScenesVqa.Scenes;

/// <summary>Scenes of one seed whose sizes take turns.</summary>
/// <param name="seed">The stream's seed.</param>
/// <param name="sizes">The sizes, at least one; null for the usual one.</param>
public sealed class SceneStream(int seed, IReadOnlyList<ImageSize>? sizes = null)
{
    private readonly SceneGenerator[] generators =
        [.. (sizes ?? [new(Scene.Size, Scene.Size)]).Select(size => new SceneGenerator(seed, size.Width, size.Height))];

    /// <summary>Scene <paramref name="index"/> of the stream.</summary>
    public Scene Draw(long index) => generators[index % generators.Length].Draw(index);

    /// <summary>What is asked about it: it has random numbers of its own.</summary>
    public SceneRandom Questions(long index) => SceneRandom.For(seed, index, purpose: 1);
}

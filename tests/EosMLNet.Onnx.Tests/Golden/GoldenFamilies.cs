namespace EosMLNet.Tests.Onnx;

/// <summary>Golden checkpoints, each loaded when it is first asked for.</summary>
public sealed class GoldenFamilies : IDisposable
{
    private readonly Dictionary<string, GoldenFamily> loaded = [];

    public void Dispose()
    {
        foreach (var family in loaded.Values)
            family.Dispose();
    }

    internal GoldenFamily Of(string name) => loaded.TryGetValue(name, out var family) ? family : loaded[name] = new GoldenFamily(name);
}

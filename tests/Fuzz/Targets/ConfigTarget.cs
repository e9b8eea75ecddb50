namespace Fuzz.Targets;

/// <summary>The configuration of a family of models: what it says, and what follows from that.</summary>
/// <param name="family">Its <c>model_type</c>.</param>
internal sealed class ConfigTarget(string family) : FuzzTarget
{
    internal override string Name => $"config-{family.Replace('_', '-')}";

    internal override string Reader => $"config.json of {family}";

    internal override string FileName => "config.json";

    internal override void Read(string folder)
    {
        var config = ModelConfig.Load(folder, []);
        config.ToPlanModel(null, new ModelFingerprint("sha256:0"));
        _ = (config.DescribeImages(), config.Weights.Count, config.Encoder, config.PositionAxes, config.VisualTokenIds.Count);
        config.LoadImages(folder, ImagePadding.Square, []);
    }
}

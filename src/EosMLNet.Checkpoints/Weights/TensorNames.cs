namespace EosMLNet.Checkpoints;

/// <summary>
/// The sets of tensor names. transformers 4.52 moved <c>language_model.model.*</c> to <c>model.language_model.*</c>, the other parts
/// below <c>model.</c> too, and the output head to the top; 5.6 left <c>vision_model.</c> out of the tower's names. Other families' decoder
/// was at the top before, as <c>model.*</c>. We use one set everywhere: the older names, with the decoder below <c>language_model.</c>.
/// </summary>
internal static class TensorNames
{
    private static readonly (string Newer, string Published)[] Prefixes =
    [
        ("model.language_model.", "language_model.model."),
        ("model.vision_tower.", "vision_tower."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
        ("model.image_newline", "image_newline"),
        ("model.visual.", "visual."),
        ("model.layers.", "language_model.model.layers."),
        ("model.embed_tokens.", "language_model.model.embed_tokens."),
        ("model.norm.", "language_model.model.norm."),
        ("lm_head.", "language_model.lm_head."),
    ];

    private const string Tower = "vision_tower.", TowerModel = "vision_tower.vision_model.";

    /// <summary>The published name of a tensor that a file calls <paramref name="name"/>.</summary>
    internal static string Canonical(string name)
    {
        var published = OfPart(name);
        return published.StartsWith(Tower, StringComparison.Ordinal) && !published.StartsWith(TowerModel, StringComparison.Ordinal)
            ? TowerModel + published[Tower.Length..] : published;
    }

    private static string OfPart(string name)
    {
        foreach (var (newer, published) in Prefixes)
        {
            if (name.StartsWith(newer, StringComparison.Ordinal))
                return published + name[newer.Length..];
        }
        return name;
    }
}

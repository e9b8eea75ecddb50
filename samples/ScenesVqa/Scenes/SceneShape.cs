namespace ScenesVqa.Scenes;

/// <summary>One coloured shape; no two of an image have the same colour and kind.</summary>
public sealed record SceneShape(ShapeKind Kind, SceneColour Colour, Box Box)
{
    /// <summary>Twice the centre's column: whole numbers keep comparisons exact.</summary>
    public int DoubleCentreX => 2 * Box.X + Box.Width;

    /// <summary>Twice the centre's row.</summary>
    public int DoubleCentreY => 2 * Box.Y + Box.Height;
}

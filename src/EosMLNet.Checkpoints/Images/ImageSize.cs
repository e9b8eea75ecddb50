namespace EosMLNet.Checkpoints;

/// <summary>The size of an image in pixels, or of a grid in cells.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary><c>height x width</c>, as messages show it.</summary>
    public override string ToString() => $"{Height} x {Width}";
}

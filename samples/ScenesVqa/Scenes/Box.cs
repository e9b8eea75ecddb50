namespace ScenesVqa.Scenes;

/// <summary>A rectangle of pixels: left, top, width, height.</summary>
public readonly record struct Box(int X, int Y, int Width, int Height)
{
    /// <summary>True when the two rectangles, each with <paramref name="margin"/> free pixels around it, share a pixel.</summary>
    public bool Touches(Box other, int margin) =>
        X < other.X + other.Width + margin && other.X < X + Width + margin && Y < other.Y + other.Height + margin && other.Y < Y + Height + margin;
}

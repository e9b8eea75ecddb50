namespace ScenesVqa.Scenes;

/// <summary>One image and everything that is in it: 3 to 5 shapes, one two-digit number, one chart of 3 or 4 bars.</summary>
public sealed class Scene
{
    /// <summary>Pixels a side of the usual image.</summary>
    public const int Size = 96;

    /// <summary>Pixels a row.</summary><value>The default is 96.</value>
    public int Width { get; init; } = Size;

    /// <summary>Rows of pixels.</summary><value>The default is 96.</value>
    public int Height { get; init; } = Size;

    /// <summary>The image, rows × columns × RGB, height · width · 3 bytes.</summary>
    public required byte[] Pixels { get; init; }

    /// <summary>The coloured shapes.</summary>
    public required IReadOnlyList<SceneShape> Shapes { get; init; }

    /// <summary>The number that is written, 10 … 99.</summary>
    public required int Number { get; init; }

    /// <summary>The dark panel that the number is written on.</summary>
    public required Box NumberPanel { get; init; }

    /// <summary>The chart's bars from left to right.</summary>
    public required IReadOnlyList<SceneBar> Bars { get; init; }

    /// <summary>The light panel that the bars stand on.</summary>
    public required Box ChartPanel { get; init; }

    /// <summary>What each pixel shows (<see cref="Painter"/> writes it): 0 for the background, else the number of the thing.</summary>
    public required byte[] Things { get; init; }
}

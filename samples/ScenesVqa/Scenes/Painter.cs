namespace ScenesVqa.Scenes;

/// <summary>
/// Draws a scene's things with whole-number arithmetic only: no font, no antialiasing, no floating point, so the bytes are the same on every machine.
/// </summary>
internal sealed class Painter
{
    /// <summary>Things at and above this number are the panels (which nothing asks about), the digits and the bars; below it, shapes from 1.</summary>
    public const byte FirstDigit = 16, FirstBar = 24, Panel = 32;

    private const int DigitScale = 2;

    // 5 × 7 dots, one row a number, most significant bit on the left.
    private static readonly byte[][] Digits =
    [
        [14, 17, 19, 21, 25, 17, 14], [4, 12, 4, 4, 4, 4, 14], [14, 17, 1, 2, 4, 8, 31], [31, 2, 4, 2, 1, 17, 14], [2, 6, 10, 18, 31, 2, 2],
        [31, 16, 30, 1, 1, 17, 14], [6, 8, 16, 30, 17, 17, 14], [31, 1, 2, 4, 8, 8, 8], [14, 17, 17, 14, 17, 17, 14], [14, 17, 17, 15, 1, 2, 12],
    ];

    private static readonly (int R, int G, int B)[] Palette =
        [(220, 35, 35), (35, 175, 50), (45, 70, 225), (235, 215, 40), (185, 45, 205), (40, 210, 215)];

    private readonly SceneRandom random;
    private readonly int width, height;

    public Painter(SceneRandom random, int width, int height)
    {
        (this.random, this.width, this.height) = (random, width, height);
        (Pixels, Things) = (new byte[width * height * 3], new byte[width * height]);
        PaintBackground();
    }

    public byte[] Pixels { get; }

    public byte[] Things { get; }

    // Muted, sloping, grainy, brighter or darker from image to image: brightness alone must not tell where the things are.
    private void PaintBackground()
    {
        var level = random.Next(70, 180);
        int[] tint = [random.Next(-18, 19), random.Next(-18, 19), random.Next(-18, 19)];
        int slopeX = random.Next(-30, 31), slopeY = random.Next(-30, 31), grain = random.Next(2, 12);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var bits = random.NextBits();
                var slope = (slopeX * (2 * x - width) * height + slopeY * (2 * y - height) * width) / (2 * width * height);
                var shade = level + slope + (int)(bits % (ulong)(2 * grain + 1)) - grain;
                for (var c = 0; c < 3; c++)
                    Pixels[(y * width + x) * 3 + c] = (byte)Math.Clamp(shade + tint[c], 0, 255);
            }
    }

    public void PaintShape(SceneShape shape, byte thing)
    {
        var colour = Jittered(shape.Colour);
        var size = shape.Box.Width;
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                if (Covers(shape.Kind, size, 2 * x + 1 - size, 2 * y + 1 - size))
                    Set(shape.Box.X + x, shape.Box.Y + y, colour, thing);
    }

    // (dx, dy) is twice the pixel centre's distance from the shape's centre, so |dx|, |dy| < size.
    private static bool Covers(ShapeKind kind, int size, int dx, int dy) => kind switch
    {
        ShapeKind.Circle => dx * dx + dy * dy <= size * size,
        ShapeKind.Square => Math.Max(Math.Abs(dx), Math.Abs(dy)) * 8 <= size * 7,
        ShapeKind.Triangle => 2 * Math.Abs(dx) <= dy + size,
        ShapeKind.Diamond => Math.Abs(dx) + Math.Abs(dy) <= size,
        ShapeKind.Cross => Math.Min(Math.Abs(dx), Math.Abs(dy)) * 3 <= size,
        ShapeKind.Ring => dx * dx + dy * dy <= size * size && 4 * (dx * dx + dy * dy) >= size * size,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public void PaintNumber(int number, Box panel)
    {
        Fill(panel, (20, 20, 24), Panel);
        PaintDigit(number / 10, panel.X + 3, panel.Y + 3, FirstDigit);
        PaintDigit(number % 10, panel.X + 15, panel.Y + 3, FirstDigit + 1);
    }

    private void PaintDigit(int digit, int left, int top, byte thing)
    {
        // The digit's whole cell counts as the digit, strokes and gaps alike.
        for (var y = 0; y < 7 * DigitScale; y++)
            for (var x = 0; x < 5 * DigitScale; x++)
            {
                var ink = (Digits[digit][y / DigitScale] >> (4 - x / DigitScale) & 1) != 0;
                Set(left + x, top + y, ink ? (250, 250, 250) : (20, 20, 24), thing);
            }
    }

    public void PaintChart(IReadOnlyList<SceneBar> bars, Box panel)
    {
        Fill(panel, (238, 236, 230), Panel);
        for (var i = 0; i < bars.Count; i++)
            Fill(bars[i].Box, Jittered(bars[i].Colour), (byte)(FirstBar + i));
        Fill(new Box(panel.X + 1, panel.Y + panel.Height - 3, panel.Width - 2, 2), (30, 30, 30), Panel);
    }

    private (int R, int G, int B) Jittered(SceneColour colour)
    {
        var (r, g, b) = Palette[(int)colour];
        return (r + random.Next(-18, 19), g + random.Next(-18, 19), b + random.Next(-18, 19));
    }

    private void Fill(Box box, (int R, int G, int B) colour, byte thing)
    {
        for (var y = box.Y; y < box.Y + box.Height; y++)
            for (var x = box.X; x < box.X + box.Width; x++)
                Set(x, y, colour, thing);
    }

    private void Set(int x, int y, (int R, int G, int B) colour, byte thing)
    {
        var at = y * width + x;
        Things[at] = thing;
        Pixels[at * 3] = (byte)Math.Clamp(colour.R, 0, 255);
        Pixels[at * 3 + 1] = (byte)Math.Clamp(colour.G, 0, 255);
        Pixels[at * 3 + 2] = (byte)Math.Clamp(colour.B, 0, 255);
    }
}

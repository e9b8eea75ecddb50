namespace PhotoMosaics.Photos;

/// <summary>A labelled photograph of <see cref="Side"/> x <see cref="Side"/> pixels.</summary>
/// <param name="Class">The index of its class.</param>
/// <param name="Pixels">Rows x columns x RGB.</param>
/// <param name="File">Where it came from.</param>
public sealed record Photo(int Class, byte[] Pixels, string File)
{
    /// <summary>Pixels on each side.</summary>
    public const int Side = 32;
}

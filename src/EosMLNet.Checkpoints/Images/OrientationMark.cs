namespace EosMLNet.Checkpoints;

/// <summary>EXIF's orientation: the sides of the upright image where the stored first row and the stored first column belong.</summary>
public enum OrientationMark
{
    /// <summary>Stored upright.</summary>
    TopLeft = 1,
    /// <summary>Mirrored left to right.</summary>
    TopRight = 2,
    /// <summary>Turned by 180 degrees.</summary>
    BottomRight = 3,
    /// <summary>Mirrored top to bottom.</summary>
    BottomLeft = 4,
    /// <summary>Rows and columns exchanged.</summary>
    LeftTop = 5,
    /// <summary>To be turned by 90 degrees clockwise.</summary>
    RightTop = 6,
    /// <summary>Exchanged and turned by 180 degrees.</summary>
    RightBottom = 7,
    /// <summary>To be turned by 90 degrees anticlockwise.</summary>
    LeftBottom = 8,
}

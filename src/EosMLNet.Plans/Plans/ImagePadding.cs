namespace EosMLNet.Plans;

/// <summary>What becomes of the sides of an image that is not square; square images are the same either way.</summary>
public enum ImagePadding
{
    /// <summary>
    /// The image is put in the middle of a square of its longer side, with a border of the processor's mean colour, and then resized:
    /// nothing of it is lost. As LLaVA-1.5's authors train and evaluate
    /// (<c>image_aspect_ratio</c> "pad").
    /// </summary>
    Square,

    /// <summary>
    /// What the checkpoint's preprocessor file says: for CLIP, the shorter side is resized and the middle is cut out. What lies at the ends
    /// of the longer side is not seen.
    /// </summary>
    Crop,
}

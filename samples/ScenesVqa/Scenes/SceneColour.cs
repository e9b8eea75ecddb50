namespace ScenesVqa.Scenes;

/// <summary>The colours of shapes and bars: corners of the colour cube, so that none is near another or near the grey backgrounds.</summary>
public enum SceneColour { Red, Green, Blue, Yellow, Purple, Cyan }

"""What somebody would write instead, as well as the frameworks' own authors would."""

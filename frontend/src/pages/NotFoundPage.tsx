import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/components/states";

export function NotFoundPage() {
  return (
    <div className="page">
      <EmptyState
        icon={<IconMapOff size={36} stroke={1.4} />}
        title="Nothing here"
        text="This page does not exist, or it is not yours to see."
        action={
          <Button component={Link} to="/patients" variant="default">
            To the patients
          </Button>
        }
      />
    </div>
  );
}
